"""Forms for guests of share links: entry, and notes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from generation.forms.one_line import one_line
from generation.models import Guest, ShareLink
from generation.reviews.notes.notes import EMPTY_MESSAGE
from library.forms.text import VisibleCharField

NAME_REQUIRED = _("Enter your name, so that the team knows who you are.")


class GuestEntryForm(forms.Form):
    """A guest's name, and the link's password if it has one."""

    name = VisibleCharField(
        label=_("Your name"),
        max_length=Guest._meta.get_field("name").max_length,
        help_text=_("Shown next to what you write, and remembered in this browser."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
        error_messages={"required": NAME_REQUIRED},
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, link: ShareLink, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not link.password:
            del self.fields["password"]

    def clean_name(self) -> str:
        """Return the name in one line, without line breaks or control characters."""
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(NAME_REQUIRED)
        return name


class GuestNoteForm(forms.Form):
    """A guest's note on the whole take or at a time code, or a reply."""

    text = VisibleCharField(
        label=_("Your note"),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": EMPTY_MESSAGE},
    )
    at = forms.CharField(
        label=_("At time code"),
        required=False,
        max_length=12,
        help_text=_("Minutes:seconds.frames, such as 00:02.10. Leave empty for the whole take."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
