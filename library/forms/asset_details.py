"""What is said about an asset: its text and its rights, and the edit of them that may come too late."""

from dataclasses import fields
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from library import ingest
from library.forms.text import VisibleCharField
from library.models import Asset, Project, Rights
from library.text import visible

MAX_TAGS, MAX_TAG_LENGTH = 20, 40
RIGHTS = tuple(field.name for field in fields(Rights))


class AboutForm(forms.Form):
    """What is said about an asset, and who may use it."""

    title = VisibleCharField(required=False, max_length=120)
    description = forms.CharField(required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    tags = forms.CharField(required=False, max_length=1000, help_text="Separated by commas.")
    home_project = forms.ModelChoiceField(
        Project.objects.none(), required=False, empty_label="No project", label="Belongs to"
    )
    is_shared = forms.BooleanField(
        required=False, initial=True, label="Everyone may use it", help_text="Otherwise only its project may."
    )
    is_grid = forms.BooleanField(
        required=False,
        label="A grid: one picture with several views",
        help_text="The provider then takes the picture as a collage. For pictures only.",
    )
    licence = VisibleCharField(required=False, max_length=120, help_text="Such as CC BY 4.0, or a contract.")
    source = VisibleCharField(
        required=False, max_length=200, help_text="Where it comes from: a person, a shoot, a link."
    )
    consent_note = VisibleCharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Who agreed to what.",
    )
    rights_end_on = forms.DateField(
        required=False,
        label="Rights end on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The last day on which it may be used in a new take. Empty: no end.",
    )

    def offer_projects(self, user: User) -> None:
        """Offers the projects in which the user may make things."""
        projects = self.fields["home_project"]
        assert isinstance(projects, forms.ModelChoiceField)  # noqa: S101 - it is declared above
        projects.queryset = Project.objects.editable_by(user)

    def clean_tags(self) -> list[str]:
        return parse_tags(self.cleaned_data["tags"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if (
            not values.get("is_shared")
            and not values.get("home_project")
            and not self.has_error("home_project")
        ):
            self.add_error("home_project", "Choose the project to which it is kept, or let everyone use it.")
        return values

    @property
    def has_rights(self) -> bool:
        """Whether anything is said about rights, or wrong with it: then the page shows those fields at once."""
        return any(self[name].value() or self[name].errors for name in RIGHTS)

    def about(self) -> dict[str, Any]:
        """The checked values as `ingest` takes them."""
        values = self.cleaned_data
        names = ("title", "description", "tags", "is_shared", "is_grid")
        rights = Rights(**{name: values[name] for name in RIGHTS})
        return {name: values[name] for name in names} | {"project": values["home_project"], "rights": rights}


class EditForm(AboutForm):
    """The text of an asset, with the revision from which it was edited."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, asset: Asset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_projects(user)
        self.user, self.asset = user, asset
        if asset.kind != Asset.Kind.IMAGE:
            self.fields["is_grid"].widget = forms.HiddenInput()

    def clean_rights_end_on(self) -> date | None:
        wished: date | None = self.cleaned_data["rights_end_on"]
        try:
            ingest.check_last_day(self.asset, last_day=wished, by=self.user)
        except ingest.OwnerNeeded as refusal:
            raise ValidationError(str(refusal)) from refusal
        return wished

    def clean_home_project(self) -> Project | None:
        wished: Project | None = self.cleaned_data["home_project"]
        try:
            ingest.check_home(self.asset, project=wished, by=self.user)
        except ingest.OwnerNeeded as refusal:
            raise ValidationError(str(refusal)) from refusal
        return wished

    def differences(self, current: Asset) -> list[tuple[str, str, str]]:
        """Label, what is saved now, what was typed here; only where the two differ."""
        now = about(current)
        rows = [
            (str(self[name].label), _shown(now[name]), _shown(self.cleaned_data[name]))
            for name in ("title", "description", "tags", "home_project", "is_shared", "is_grid", *RIGHTS)
        ]
        return [row for row in rows if row[1] != row[2]]

    def take_over(self, current: Asset) -> None:
        """Lets the next press of the button save this text over the one that was just shown."""
        self.data = {**self.data.dict(), self.add_prefix("revision"): str(current.revision)}  # type: ignore[attr-defined]


def about(asset: Asset) -> dict[str, Any]:
    """An asset's text as the forms show it."""
    return {
        "title": asset.title,
        "description": asset.description,
        "tags": ", ".join(sorted(tag.name for tag in asset.tags.all())),
        "home_project": asset.home_project,
        "is_shared": asset.is_shared,
        "is_grid": asset.is_grid,
        "revision": asset.revision,
    } | {name: getattr(asset, name) for name in RIGHTS}


def parse_tags(text: str) -> list[str]:
    """Tags from a text with commas: lower case, single blanks, each once, in order."""
    tags = list(dict.fromkeys(" ".join(part.split()).lower() for part in text.split(",") if visible(part)))
    if len(tags) > MAX_TAGS:
        raise ValidationError(f"At most {MAX_TAGS} tags; these are {len(tags)}.")
    for tag in tags:
        if len(tag) > MAX_TAG_LENGTH:
            raise ValidationError(
                f"The tag “{tag[:MAX_TAG_LENGTH]}…” is longer than {MAX_TAG_LENGTH} letters."
            )
    return tags


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = ", ".join(sorted(value))
    return f"{value}" if value else "none"
