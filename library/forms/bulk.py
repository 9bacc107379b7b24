"""Bulk actions on the assets selected in the list, and their forms."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from library.forms.asset_details import parse_tags
from library.models import Collection, Project

MAX_ASSETS = 500  # changed at once


class Action(models.TextChoices):
    """The actions, with the labels of their buttons."""

    TAG = "tag", gettext_lazy("Tag")
    LINK = "link", gettext_lazy("Link to a project")
    COLLECT = "collect", gettext_lazy("Add to a collection")
    UNCOLLECT = "uncollect", gettext_lazy("Remove from the collection")
    ARCHIVE = "archive", gettext_lazy("Archive")
    RESTORE = "restore", gettext_lazy("Restore")


class SelectionForm(forms.Form):
    """The selected assets and the action."""

    action = forms.ChoiceField(choices=Action.choices)
    asset = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        submitted = self.data.getlist("asset") if hasattr(self.data, "getlist") else []
        self.fields["asset"].choices = [  # type: ignore[attr-defined]
            (key, key)
            for key in submitted[: MAX_ASSETS + 1]
            if key.isascii() and key.isdigit() and len(key) < 19
        ]


class TagForm(forms.Form):
    """Tags to add to all of them."""

    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        max_length=1000,
        help_text=gettext_lazy("Separate tags with commas. Existing tags are kept."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def clean_tags(self) -> list[str]:
        tags = parse_tags(self.cleaned_data["tags"])
        if not tags:
            raise forms.ValidationError(_("Enter at least one tag."))
        return tags


class LinkForm(forms.Form):
    """The project to link them to, in which the user must be an editor."""

    project = forms.ModelChoiceField(Project.objects.none(), label=gettext_lazy("Project"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.editable_by(user)  # type: ignore[attr-defined]


class CollectForm(forms.Form):
    """The collection to add them to, or remove them from, which the user must be allowed to edit."""

    collection = forms.ModelChoiceField(Collection.objects.none(), label=gettext_lazy("Collection"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collection"].queryset = Collection.objects.editable_by(user)  # type: ignore[attr-defined]


class PlainForm(forms.Form):
    """An action without further details."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


DETAILS: dict[str, type[TagForm | LinkForm | CollectForm | PlainForm]] = {
    Action.TAG: TagForm,
    Action.LINK: LinkForm,
    Action.COLLECT: CollectForm,
    Action.UNCOLLECT: CollectForm,
    Action.ARCHIVE: PlainForm,
    Action.RESTORE: PlainForm,
}
