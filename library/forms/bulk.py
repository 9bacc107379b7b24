"""What is done with the assets that were chosen in the list, and what it needs to know."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import models

from library.forms.asset_details import parse_tags
from library.models import Collection, Project

MOST = 500  # assets changed at once


class Action(models.TextChoices):
    """What can be done with many at once, as its button says it."""

    TAG = "tag", "Tag"
    LINK = "link", "Link to a project"
    COLLECT = "collect", "Add to a collection"
    UNCOLLECT = "uncollect", "Take out of the collection"
    ARCHIVE = "archive", "Archive"
    RESTORE = "restore", "Restore"


class ChosenForm(forms.Form):
    """Which assets, and what is to be done with them."""

    action = forms.ChoiceField(choices=Action.choices)
    asset = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = self.data.getlist("asset") if hasattr(self.data, "getlist") else []
        self.fields["asset"].choices = [  # type: ignore[attr-defined]
            (key, key) for key in sent[: MOST + 1] if key.isascii() and key.isdigit() and len(key) < 19
        ]


class TagForm(forms.Form):
    """Tags to give to all of them."""

    tags = forms.CharField(max_length=1000, help_text="Separated by commas; the present ones stay.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def clean_tags(self) -> list[str]:
        tags = parse_tags(self.cleaned_data["tags"])
        if not tags:
            raise forms.ValidationError("Name at least one tag.")
        return tags


class LinkForm(forms.Form):
    """The project to link them to: one in which the user may make things."""

    project = forms.ModelChoiceField(Project.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.editable_by(user)  # type: ignore[attr-defined]


class CollectForm(forms.Form):
    """The collection to put them into: one that the user may change."""

    collection = forms.ModelChoiceField(Collection.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collection"].queryset = Collection.objects.editable_by(user)  # type: ignore[attr-defined]


class PlainForm(forms.Form):
    """An action that needs to know nothing more."""

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
