"""New assets and new versions."""

from pathlib import Path
from typing import Any

from django import forms

from library import ingest
from library.forms.asset_details import AboutForm
from library.forms.files import FilesForm
from library.forms.naming import HANDLE_FIELD, checked_handle
from library.models import Asset, Project


class AssetForm(AboutForm, FilesForm):
    """A new asset."""

    kind = forms.ChoiceField(
        choices=Asset.Kind.choices,
        initial=Asset.Kind.CHARACTER,
        widget=forms.RadioSelect,
        help_text="A character is 1 to 5 pictures, with a voice recording if you like; "
        "the others are one file each.",
    )
    handle = forms.CharField(
        help_text="The name to write in prompts, such as Mara for @Mara.",
        widget=forms.TextInput(attrs=HANDLE_FIELD),
    )
    field_order = ("kind", "files", "handle", "title", "description", "tags", "home_project", "is_shared")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_projects(self.user)

    def clean_handle(self) -> str:
        return checked_handle(self.cleaned_data["handle"], self.user)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.has_error("handle", "required"):
            self._suggest_handle(values.get("title", ""))
        return values

    def _suggest_handle(self, title: str) -> None:
        """Offers a free handle made from the title, or else from the name of the first file."""
        name = title or next((Path(kept.name).stem for kept in self.kept), "")
        if suggestion := ingest.free_suggestion(name):
            self.add_error("handle", f"Perhaps {suggestion}?")


class VersionForm(FilesForm):
    """The files of the next version: those of the current one unless unticked, and new ones. `after` is the number of
    the version that was the current one when the form was opened."""

    note = forms.CharField(required=False, max_length=200, help_text="What is new in this version?")
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field_order = ("files", "note")

    def __init__(self, *args: Any, asset: Asset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asset = asset
        self.initial["after"] = _number(asset)

    @property
    def project(self) -> Project | None:
        return self.asset.home_project

    def take_over(self, current: Asset) -> None:
        """Lets the next press of the button save these files after the version that was just shown."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data[self.add_prefix("after")] = str(_number(current))  # type: ignore[index]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.has_error("files"):
            self._check_files(self.asset.kind)
        if not self.has_error("files") and self.media_files == ingest.files_of(self.asset.current_version):
            self.add_error("files", "These are the files of the current version: add or leave out one.")
        return values


def _number(asset: Asset) -> int:
    return asset.current_version.number if asset.current_version else 0
