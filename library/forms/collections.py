"""Names for what people keep: collections and saved views."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from library.forms.text import VisibleCharField
from library.models import Collection, Project, SavedView

NAMED_TWICE = "You have one of this name already."


class CollectionForm(forms.Form):
    """A new collection: the user's own, or a project's in which the user may make things."""

    name = VisibleCharField(max_length=80)
    project = forms.ModelChoiceField(
        Project.objects.none(),
        required=False,
        empty_label="Only me",
        label="For",
        help_text="The people of the project see it, and its makers may change it.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["project"].queryset = Project.objects.editable_by(user)  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        # No constraint tells two names apart where there is no project: NULLs are never equal.
        if Collection.objects.filter(owner=self.user, name=name).exists():
            raise ValidationError(NAMED_TWICE)
        return name

    @transaction.atomic
    def create(self) -> Collection | None:
        """The new collection, or None and an error when the user made one of this name at the same moment."""
        # Locked, so that the second of two concurrent requests sees what the first created.
        User.objects.select_for_update().get(pk=self.user.pk)
        try:
            self.clean_name()
        except ValidationError as error:
            self.add_error("name", error)
            return None
        return Collection.objects.create(owner=self.user, **self.cleaned_data)


class ViewForm(forms.Form):
    """A name for the list as it is narrowed and sorted at present; the same name again replaces it."""

    name = VisibleCharField(max_length=SavedView._meta.get_field("name").max_length)
    query = forms.CharField(required=False, max_length=SavedView._meta.get_field("query").max_length)
