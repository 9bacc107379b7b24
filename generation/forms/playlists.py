"""Forms of playlists: a new one, another name, an order that was changed."""

import re
from typing import Any

from django import forms
from django.contrib.auth.models import User

from generation.models import Playlist
from library.forms.text import VisibleCharField
from library.models import Project

_MOVED = re.compile(r"(?P<item>[0-9]{1,18}):(?P<before>[0-9]{1,18}|end)")


class PlaylistNameForm(forms.Form):
    """What a playlist is called."""

    name = VisibleCharField(
        max_length=Playlist._meta.get_field("name").max_length,
        error_messages={"required": "Give the playlist a name, such as Dailies of Monday."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PlaylistForm(PlaylistNameForm):
    """A new playlist: its name, and the project whose team shares it."""

    home = forms.ModelChoiceField(
        Project.objects.none(),
        label="Project",
        to_field_name="slug",
        empty_label=None,
        help_text="Its team sees the playlist. Each person is shown the takes that they may see.",
        error_messages={"required": "Choose the project whose team reviews it."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = self.fields["home"]
        assert isinstance(home, forms.ModelChoiceField)  # noqa: S101 - it is declared above
        home.queryset = Project.objects.commented_by(user)


class ArrangeForm(forms.Form):
    """One change of the order: `move` is `item:before` or `item:end`, `remove` an item; both by keys of places."""

    move = forms.CharField(required=False, max_length=40)
    remove = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def clean_move(self) -> tuple[int, int | None] | None:
        """The item, and the one before which it is put; None for the end."""
        text = self.cleaned_data["move"]
        found = _MOVED.fullmatch(text)
        if text and not found:
            raise forms.ValidationError("This says no place.")
        return (
            (int(found["item"]), None if found["before"] == "end" else int(found["before"]))
            if found
            else None
        )
