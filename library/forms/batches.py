"""Batch uploads: a form row for each proposed asset, and the details that all of them share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from library import handles, ingest
from library.forms.asset_details import DetailsForm
from library.forms.files import EXPIRED, FilesForm, KeptFile, kept_by_token
from library.forms.naming import HANDLE_FIELD, HANDLE_RULE, taken_message
from library.ingest import duplicates, grouping
from library.ingest.duplicates import Duplicates
from library.models import Asset, MediaFile

MAX_BATCH = 200
# The handles proposed for files from whose names none can be derived.
FALLBACK = {"image": "image", "video": "video", "audio": "voice", "character": "character"}


@dataclass(frozen=True)
class NewAsset:
    """An asset to create."""

    handle: str
    kind: str
    media: list[MediaFile]


class UploadForm(FilesForm):
    """Files that are not assigned to an asset yet."""

    max_files = MAX_BATCH

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.kept and not self.has_error("files"):
            self.add_error("files", _("Choose at least one file."))
        return values


class BatchForm(DetailsForm):
    """The details that all assets of a batch share."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_projects(user)


class RowForm(forms.Form):
    """A proposed asset: its files, its handle, its kind, and whether several files form one character."""

    handle = forms.CharField(label=gettext_lazy("Handle"), widget=forms.TextInput(attrs=HANDLE_FIELD))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    together = forms.BooleanField(
        required=False,
        initial=True,
        label=gettext_lazy("Create one character"),
        help_text=gettext_lazy("Untick to create separate assets:"),
    )

    def __init__(self, *args: Any, user: User, kept: Sequence[KeptFile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.kept = user, list(kept)
        kinds = {one.media.kind for one in self.kept}
        self.is_several = len(self.kept) > 1
        offered = [Asset.Kind.CHARACTER] if self.is_several else [Asset.Kind(kind) for kind in sorted(kinds)]
        if not self.is_several and kinds == {MediaFile.Kind.IMAGE}:
            offered.append(Asset.Kind.CHARACTER)
        choices = self.fields["kind"]
        assert isinstance(choices, forms.ChoiceField)  # noqa: S101 - declared above
        choices.choices = [(kind.value, kind.label) for kind in offered]
        if len(offered) == 1:
            choices.required = False
            choices.widget = forms.HiddenInput()
        if not self.is_several:
            del self.fields["together"]
        self.fields["handle"].required = not (self.is_bound and self._is_separate())

    @property
    def separate_handles(self) -> list[str]:
        """Return the handles of the assets if the files become separate ones."""
        return [f"@{asset.handle}" for asset in self._separate_assets()]

    def clean_handle(self) -> str:
        name: str = self.cleaned_data["handle"].removeprefix("@")
        if self._is_separate():
            return name
        if not handles.is_handle(name):
            raise ValidationError(HANDLE_RULE)
        holder = Asset.objects.named(name).first()
        if holder:
            raise ValidationError(taken_message(name, holder, self.user))
        return name

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.kept:
            raise ValidationError(EXPIRED)
        return values

    def new_assets(self) -> list[NewAsset]:
        """Return the assets to create from a valid row."""
        if self._is_separate():
            return self._separate_assets()
        kind = self.cleaned_data.get("kind") or self.fields["kind"].choices[0][0]  # type: ignore[attr-defined]
        return [NewAsset(self.cleaned_data["handle"], kind, [one.media for one in self.kept])]

    def _is_separate(self) -> bool:
        return self.is_several and not self.data.get(self.add_prefix("together"))

    def _separate_assets(self) -> list[NewAsset]:
        files = _named_files(self.kept)
        everything = grouping.Group("", Asset.Kind.CHARACTER, tuple(range(len(files))))
        return [
            NewAsset(_free(one.handle, one.kind), one.kind, [self.kept[index].media for index in one.indexes])
            for one in grouping.split(everything, files)
        ]


def _named_files(kept: Sequence[KeptFile]) -> list[grouping.NamedFile]:
    return [grouping.NamedFile(one.name, one.media.kind) for one in kept]


def proposed_rows(user: User, kept: Sequence[KeptFile]) -> list[RowForm]:
    """Return a row for each asset proposed for these files."""
    groups = grouping.group(_named_files(kept))
    names = grouping.distinct(_free(one.handle, one.kind) for one in groups)
    return [
        RowForm(
            user=user,
            kept=[kept[index] for index in one.indexes],
            prefix=f"row-{number}",
            initial={"handle": name, "kind": one.kind, "together": True},
        )
        for number, (name, one) in enumerate(zip(names, groups, strict=True))
    ]


def submitted_rows(user: User, data: Any) -> list[RowForm]:
    """Return the submitted rows, without those from which all files were removed."""
    tokens: Mapping[str, list[str]] = {
        f"row-{number}": data.getlist(f"row-{number}-kept")[:MAX_BATCH] for number in range(MAX_BATCH)
    }
    found, _all_valid = kept_by_token(user, chain.from_iterable(tokens.values()))
    return [
        RowForm(data, user=user, kept=_without_duplicates(found, sent), prefix=prefix)
        for prefix, sent in tokens.items()
        if sent
    ]


def _without_duplicates(found: Mapping[str, KeptFile], tokens: Sequence[str]) -> list[KeptFile]:
    """Return the files of these tokens, in order."""
    return list({found[token].media.pk: found[token] for token in tokens if token in found}.values())


def duplicates_in(user: User, rows: Sequence[RowForm]) -> dict[int, Duplicates]:
    """Return what the library already has of the files in these rows, by the key of the media file."""
    return duplicates.find_duplicates([one.media for row in rows for one in row.kept], user)


def list_handles(assets: Sequence[Asset]) -> str:
    """Return `@harbour`, `@harbour and @pier`, or `@harbour, @pier and @boat`."""
    return get_text_list([str(asset) for asset in assets], _("and"))


def _free(name: str, kind: str) -> str:
    return ingest.free_suggestion(name or FALLBACK[kind]) or name
