"""What a person chooses for a new API token."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from generation import api_tokens
from generation.models import ApiToken
from library.forms.text import VisibleCharField
from library.models import Project

READ, WRITE = "read", "write"


class TokenForm(forms.Form):
    """A name, what the token may do, and where. It never may more than its person."""

    name = VisibleCharField(
        max_length=ApiToken._meta.get_field("name").max_length,
        help_text="What it is for, such as: nightly dailies.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say what it is for, so that you know later which one to revoke."},
    )
    access = forms.ChoiceField(
        label="It may",
        choices=[(WRITE, "Read and write"), (READ, "Read only")],
        initial=WRITE,
        widget=forms.RadioSelect,
    )
    project = forms.ModelChoiceField(
        Project.objects.none(),
        required=False,
        empty_label="All that I may see",
        help_text="One project: then it sees that one alone, and the assets that may be used there.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        project = self.fields["project"]
        assert isinstance(project, forms.ModelChoiceField)  # noqa: S101 - it is declared above
        project.queryset = Project.objects.visible_to(user)

    def make(self) -> tuple[ApiToken, str]:
        """The new token and its secret, to be shown this once."""
        values = self.cleaned_data
        return api_tokens.make(
            user=self.user,
            name=values["name"],
            can_write=values["access"] == WRITE,
            project=values["project"],
        )
