"""Forms of playlists: create, rename, reorder."""

import re
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from generation.models import Playlist
from library.forms.text import VisibleCharField
from library.models import Project

_MOVE = re.compile(r"(?P<item>[0-9]{1,18}):(?P<before>[0-9]{1,18}|end)")


class PlaylistNameForm(forms.Form):
    """The name of a playlist."""

    name = VisibleCharField(
        label=_("Name"),
        max_length=Playlist._meta.get_field("name").max_length,
        error_messages={"required": _("Enter a name, such as Monday dailies.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PlaylistForm(PlaylistNameForm):
    """A new playlist: its name and its project."""

    home = forms.ModelChoiceField(
        Project.objects.none(),
        label=_("Project"),
        to_field_name="slug",
        empty_label=None,
        help_text=_(
            "Members of this project can see the playlist. Each member sees only the takes they have access to."
        ),
        error_messages={"required": _("Choose a project.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = self.fields["home"]
        assert isinstance(home, forms.ModelChoiceField)  # noqa: S101 - declared above
        home.queryset = Project.objects.commented_by(user)


class MoveForm(forms.Form):
    """One change of the order by keys of items: `move` is `item:before` or `item:end`, `remove` is an item."""

    move = forms.CharField(required=False, max_length=40)
    remove = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def clean_move(self) -> tuple[int, int | None] | None:
        """Return the item and the item before which to put it; None for the end."""
        text = self.cleaned_data["move"]
        if not text:
            return None
        found = _MOVE.fullmatch(text)
        if found is None:
            raise forms.ValidationError(_("Invalid position."))
        before = None if found["before"] == "end" else int(found["before"])
        return int(found["item"]), before
