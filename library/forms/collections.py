"""Forms for collections and saved views."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy

from library.forms.text import VisibleCharField
from library.models import Collection, Project, SavedView

NAME_EXISTS = gettext_lazy("You already have a collection with this name.")


class CollectionForm(forms.Form):
    """A new collection of the user, or of a project in which the user is an editor."""

    name = VisibleCharField(label=gettext_lazy("Name"), max_length=80)
    project = forms.ModelChoiceField(
        Project.objects.none(),
        required=False,
        empty_label=gettext_lazy("Only me"),
        label=gettext_lazy("Visible to"),
        help_text=gettext_lazy("Members of the project can see it; its owners and editors can change it."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["project"].queryset = Project.objects.editable_by(user)  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        # The unique constraint has no effect without a project, since NULLs are never equal.
        if Collection.objects.filter(owner=self.user, name=name).exists():
            raise ValidationError(NAME_EXISTS)
        return name

    @transaction.atomic
    def create(self) -> Collection | None:
        """Create the collection; return None and add an error if the user has just created one with this name."""
        # Locked, so that the second of two concurrent requests sees what the first created.
        User.objects.select_for_update().get(pk=self.user.pk)
        try:
            self.clean_name()
        except ValidationError as error:
            self.add_error("name", error)
            return None
        return Collection.objects.create(owner=self.user, **self.cleaned_data)


class ViewForm(forms.Form):
    """A name for the current filters and order; an existing view with the same name is replaced."""

    name = VisibleCharField(max_length=SavedView._meta.get_field("name").max_length)
    query = forms.CharField(required=False, max_length=SavedView._meta.get_field("query").max_length)
