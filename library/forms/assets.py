"""Forms for new assets and new versions."""

from pathlib import Path
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from library import ingest
from library.forms.asset_details import DetailsForm
from library.forms.files import FilesForm
from library.forms.naming import HANDLE_FIELD, suggestion_text, validate_handle
from library.models import Asset, Project


class AssetForm(DetailsForm, FilesForm):
    """A new asset."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=Asset.Kind.choices,
        initial=Asset.Kind.CHARACTER,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "A character has 1 to 5 images and, optionally, a voice recording. All other kinds have one file."
        ),
    )
    handle = forms.CharField(
        label=gettext_lazy("Handle"),
        help_text=gettext_lazy("The name to use in prompts. Enter Mara to write @Mara."),
        widget=forms.TextInput(attrs=HANDLE_FIELD),
    )
    field_order = ("kind", "files", "handle", "title", "description", "tags", "home_project", "is_shared")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_projects(self.user)

    def clean_handle(self) -> str:
        return validate_handle(self.cleaned_data["handle"], self.user)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.has_error("handle", "required"):
            self._suggest_handle(values.get("title", ""))
        return values

    def _suggest_handle(self, title: str) -> None:
        """Suggest a free handle derived from the title, or else from the name of the first file."""
        name = title or next((Path(kept.name).stem for kept in self.kept), "")
        if suggestion := ingest.free_suggestion(name):
            self.add_error("handle", suggestion_text(suggestion))


class VersionForm(FilesForm):
    """The files of the next version: those of the current one unless unticked, and new ones.

    `after` is the number of the version that was current when the form was opened.
    """

    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("What has changed in this version?"),
    )
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field_order = ("files", "note")

    def __init__(self, *args: Any, asset: Asset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asset = asset
        self.initial["after"] = _current_number(asset)

    @property
    def project(self) -> Project | None:
        return self.asset.home_project

    def rebase_on(self, current: Asset) -> None:
        """Make the next submission create a version after the current one, which the page has shown."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data[self.add_prefix("after")] = str(_current_number(current))  # type: ignore[index]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.has_error("files"):
            self._check_files(self.asset.kind)
        if not self.has_error("files") and self.media_files == ingest.files_of(self.asset.current_version):
            self.add_error("files", _("These are the files of the current version. Add or remove one."))
        return values


def _current_number(asset: Asset) -> int:
    return asset.current_version.number if asset.current_version else 0
