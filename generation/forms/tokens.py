"""The form for a new API token."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from generation import api_tokens
from generation.models import ApiToken
from library.forms.text import VisibleCharField
from library.models import Project

READ, WRITE = "read", "write"


class TokenForm(forms.Form):
    """Name, access and project of a token. A token never has more rights than its user."""

    name = VisibleCharField(
        label=_("Name"),
        max_length=ApiToken._meta.get_field("name").max_length,
        help_text=_("What the token is for, such as “nightly dailies”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter a name, so that you can tell your tokens apart.")},
    )
    access = forms.ChoiceField(
        label=_("Access"),
        choices=[(WRITE, _("Read and write")), (READ, _("Read only"))],
        initial=WRITE,
        widget=forms.RadioSelect,
    )
    project = forms.ModelChoiceField(
        Project.objects.none(),
        label=_("Project"),
        required=False,
        empty_label=_("All my projects"),
        help_text=_("Limits the token to one project and the assets that can be used in it."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        project = self.fields["project"]
        assert isinstance(project, forms.ModelChoiceField)  # noqa: S101 - declared above
        project.queryset = Project.objects.visible_to(user)

    def create(self) -> tuple[ApiToken, str]:
        """Create the token. Return it with its secret, which can only be shown now."""
        values = self.cleaned_data
        return api_tokens.make(
            user=self.user,
            name=values["name"],
            can_write=values["access"] == WRITE,
            project=values["project"],
        )
