"""Many files at once: what they could become, a row for each proposed asset, and what all of them share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from library import handles, ingest
from library.forms.asset_details import AboutForm
from library.forms.files import TOO_OLD, FilesForm, KeptFile, kept_by_token
from library.forms.naming import taken_message
from library.ingest import duplicates, grouping
from library.ingest.duplicates import Notice
from library.models import Asset, MediaFile

MAX_BATCH = 200
FALLBACK = {"image": "picture", "video": "clip", "audio": "voice", "character": "character"}


@dataclass(frozen=True)
class Wanted:
    """An asset that a row asks for."""

    handle: str
    kind: str
    media: list[MediaFile]


class UploadForm(FilesForm):
    """Many files, none of which says yet what it belongs to."""

    max_files = MAX_BATCH

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.kept and not self.has_error("files"):
            self.add_error("files", "Choose at least one file.")
        return values


class BatchForm(AboutForm):
    """What all the assets of a batch share; each gets its own title later."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_projects(user)


class RowForm(forms.Form):
    """A proposed asset: its files, its handle, its kind, and whether several files are one character."""

    handle = forms.CharField(
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"})
    )
    kind = forms.ChoiceField()
    together = forms.BooleanField(required=False, initial=True, label="as one character")

    def __init__(self, *args: Any, user: User, kept: Sequence[KeptFile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.kept = user, list(kept)
        kinds = {one.media.kind for one in self.kept}
        self.is_several = len(self.kept) > 1
        offered = [Asset.Kind.CHARACTER] if self.is_several else [Asset.Kind(kind) for kind in sorted(kinds)]
        if not self.is_several and kinds == {MediaFile.Kind.IMAGE}:
            offered.append(Asset.Kind.CHARACTER)
        choices = self.fields["kind"]
        assert isinstance(choices, forms.ChoiceField)  # noqa: S101 - it is declared above
        choices.choices = [(kind.value, kind.label) for kind in offered]
        if len(offered) == 1:
            choices.required = False
            choices.widget = forms.HiddenInput()
        if not self.is_several:
            del self.fields["together"]
        self.fields["handle"].required = not (self.is_bound and self._is_apart())

    @property
    def apart(self) -> list[str]:
        """The handles that its files get when they do not belong together."""
        return [f"@{wanted.handle}" for wanted in self._apart()]

    def clean_handle(self) -> str:
        name: str = self.cleaned_data["handle"].removeprefix("@")
        if self._is_apart():
            return name
        if not handles.is_handle(name):
            raise ValidationError(handles.RULE)
        taken = Asset.objects.named(name).first()
        if taken:
            raise ValidationError(taken_message(name, taken, self.user))
        return name

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.kept:
            raise ValidationError(TOO_OLD)
        return values

    def wanted(self) -> list[Wanted]:
        """What to make of a checked row."""
        if self._is_apart():
            return self._apart()
        kind = self.cleaned_data.get("kind") or self.fields["kind"].choices[0][0]  # type: ignore[attr-defined]
        return [Wanted(self.cleaned_data["handle"], kind, [one.media for one in self.kept])]

    def _is_apart(self) -> bool:
        return self.is_several and not self.data.get(self.add_prefix("together"))

    def _apart(self) -> list[Wanted]:
        files = named(self.kept)
        whole = grouping.Group("", Asset.Kind.CHARACTER, tuple(range(len(files))))
        return [
            Wanted(_free(one.handle, one.kind), one.kind, [self.kept[place].media for place in one.places])
            for one in grouping.apart(whole, files)
        ]


def named(kept: Sequence[KeptFile]) -> list[grouping.NamedFile]:
    """The files as their grouping sees them."""
    return [grouping.NamedFile(one.name, one.media.kind) for one in kept]


def proposed(user: User, kept: Sequence[KeptFile]) -> list[RowForm]:
    """A row for each asset that these files could make."""
    groups = grouping.group(named(kept))
    names = grouping.distinct(_free(one.handle, one.kind) for one in groups)
    return [
        RowForm(
            user=user,
            kept=[kept[place] for place in one.places],
            prefix=f"row-{number}",
            initial={"handle": name, "kind": one.kind, "together": True},
        )
        for number, (name, one) in enumerate(zip(names, groups, strict=True))
    ]


def rows_sent(user: User, data: Any) -> list[RowForm]:
    """The rows as they were sent; those without a file were left out on purpose."""
    tokens: Mapping[str, list[str]] = {
        f"row-{number}": data.getlist(f"row-{number}-kept")[:MAX_BATCH] for number in range(MAX_BATCH)
    }
    found, _whole = kept_by_token(user, chain.from_iterable(tokens.values()))
    return [
        RowForm(data, user=user, kept=_each_once(found, sent), prefix=prefix)
        for prefix, sent in tokens.items()
        if sent
    ]


def _each_once(found: Mapping[str, KeptFile], tokens: Sequence[str]) -> list[KeptFile]:
    """Return the files of these tokens, in order."""
    return list({found[token].media.pk: found[token] for token in tokens if token in found}.values())


def noticed(user: User, rows: Sequence[RowForm]) -> dict[int, Notice]:
    """What the library has already of the files in these rows, by the key of the media file."""
    return duplicates.notices([one.media for row in rows for one in row.kept], user)


def listed(assets: Sequence[Asset]) -> str:
    """`@harbour`, `@harbour and @pier`, `@harbour, @pier and @boat`."""
    names = [str(asset) for asset in assets]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _free(name: str, kind: str) -> str:
    return ingest.free_suggestion(name or FALLBACK[kind]) or name
