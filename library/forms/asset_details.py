"""The form fields for an asset's details and rights, and edits that conflict with a later one."""

from dataclasses import fields
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from library import ingest
from library.forms.text import VisibleCharField
from library.models import Asset, Project, Rights
from library.text import visible

MAX_TAGS, MAX_TAG_LENGTH = 20, 40
RIGHTS = tuple(field.name for field in fields(Rights))
DETAILS = ("title", "description", "tags", "home_project", "is_shared", "is_grid")


class DetailsForm(forms.Form):
    """The details of an asset, and who may use it."""

    title = VisibleCharField(label=gettext_lazy("Title"), required=False, max_length=120)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Separate tags with commas."),
    )
    home_project = forms.ModelChoiceField(
        Project.objects.none(),
        required=False,
        empty_label=gettext_lazy("No project"),
        label=gettext_lazy("Project"),
    )
    is_shared = forms.BooleanField(
        required=False,
        initial=True,
        label=gettext_lazy("Shared with all projects"),
        help_text=gettext_lazy("If not, only its own project can use it."),
    )
    is_grid = forms.BooleanField(
        required=False,
        label=gettext_lazy("Multi-view sheet"),
        help_text=gettext_lazy(
            "One image that shows several views. It is sent to the provider as a collage."
        ),
    )
    licence = VisibleCharField(
        label=gettext_lazy("Licence"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("For example CC BY 4.0, or a contract."),
    )
    source = VisibleCharField(
        label=gettext_lazy("Source"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For example a photographer, a shoot or a link."),
    )
    consent_note = VisibleCharField(
        label=gettext_lazy("Consent"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Who agreed to which use."),
    )
    rights_end_on = forms.DateField(
        required=False,
        label=gettext_lazy("Last day of use"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "New takes cannot use it after this day. Leave empty if the rights do not expire."
        ),
    )

    def offer_projects(self, user: User) -> None:
        """Offer the projects in which the user is an editor."""
        projects = self.fields["home_project"]
        assert isinstance(projects, forms.ModelChoiceField)  # noqa: S101 - declared above
        projects.queryset = Project.objects.editable_by(user)

    def clean_tags(self) -> list[str]:
        return parse_tags(self.cleaned_data["tags"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        has_project = values.get("home_project") or self.has_error("home_project")
        if not values.get("is_shared") and not has_project:
            self.add_error("home_project", _("Choose a project, or share the asset with all projects."))
        return values

    @property
    def has_rights(self) -> bool:
        """Return whether a rights field has a value or an error, so that the page shows these fields expanded."""
        return any(self[name].value() or self[name].errors for name in RIGHTS)

    def details(self) -> dict[str, Any]:
        """Return the validated values as the arguments of `ingest`."""
        values = self.cleaned_data
        names = ("title", "description", "tags", "is_shared", "is_grid")
        rights = Rights(**{name: values[name] for name in RIGHTS})
        return {name: values[name] for name in names} | {"project": values["home_project"], "rights": rights}


class EditForm(DetailsForm):
    """The details of an existing asset, with the revision from which they were edited."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, asset: Asset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_projects(user)
        self.user, self.asset = user, asset
        if asset.kind != Asset.Kind.IMAGE:
            self.fields["is_grid"].widget = forms.HiddenInput()

    def clean_rights_end_on(self) -> date | None:
        last_day: date | None = self.cleaned_data["rights_end_on"]
        try:
            ingest.check_last_day(self.asset, last_day=last_day, by=self.user)
        except ingest.OwnerNeeded as refusal:
            raise ValidationError(str(refusal)) from refusal
        return last_day

    def clean_home_project(self) -> Project | None:
        project: Project | None = self.cleaned_data["home_project"]
        try:
            ingest.check_home(self.asset, project=project, by=self.user)
        except ingest.OwnerNeeded as refusal:
            raise ValidationError(str(refusal)) from refusal
        return project

    def differences(self, current: Asset) -> list[tuple[str, str, str]]:
        """Return label, saved value and submitted value of each field in which the two differ."""
        saved = details_of(current)
        rows = [
            (str(self[name].label), _display(saved[name]), _display(self.cleaned_data[name]))
            for name in (*DETAILS, *RIGHTS)
        ]
        return [row for row in rows if row[1] != row[2]]

    def rebase_on(self, current: Asset) -> None:
        """Make the next submission overwrite the current revision, which the page has shown."""
        self.data = {**self.data.dict(), self.add_prefix("revision"): str(current.revision)}  # type: ignore[attr-defined]


def details_of(asset: Asset) -> dict[str, Any]:
    """Return an asset's details as initial values of the form."""
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
    """Parse comma-separated tags: lower case, single spaces, without duplicates. Raise ValidationError."""
    tags = list(dict.fromkeys(" ".join(part.split()).lower() for part in text.split(",") if visible(part)))
    if len(tags) > MAX_TAGS:
        too_many = ngettext(
            "An asset can have %(max)d tag; you entered %(count)d.",
            "An asset can have %(max)d tags; you entered %(count)d.",
            MAX_TAGS,
        )
        raise ValidationError(too_many % {"max": MAX_TAGS, "count": len(tags)})
    for tag in tags:
        if len(tag) > MAX_TAG_LENGTH:
            too_long = _("The tag “%(tag)s…” is too long. Tags can have up to %(max)d characters.")
            raise ValidationError(too_long % {"tag": tag[:MAX_TAG_LENGTH], "max": MAX_TAG_LENGTH})
    return tags


def _display(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        value = ", ".join(sorted(value))
    return f"{value}" if value else _("none")
