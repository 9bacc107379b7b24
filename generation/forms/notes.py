"""Forms of notes: new note, reply, edit."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from generation.models import Note, Take
from generation.reviews import timecode
from generation.reviews.notes import drawings
from generation.reviews.notes.drawing_errors import message_of
from generation.reviews.notes.notes import EMPTY_MESSAGE, Moment
from library.forms.text import VisibleCharField

TIMECODE_ATTRS = {"autocomplete": "off", "spellcheck": "false"}


class ReplyForm(forms.Form):
    """The text of a note or reply. `reviews.notes` checks everything else."""

    use_required_attribute = False

    text = VisibleCharField(
        label=gettext_lazy("Note"),
        strip=False,
        error_messages={"required": EMPTY_MESSAGE},
        widget=forms.Textarea(
            attrs={
                "rows": 3,
                "dir": "auto",
                "placeholder": gettext_lazy("Use @ to mention members and assets"),
            }
        ),
    )


class NoteForm(ReplyForm):
    """A new note. Without a time code it is about the whole take."""

    at = forms.CharField(
        label=gettext_lazy("From"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={**TIMECODE_ATTRS, "placeholder": gettext_lazy("whole take")}),
    )
    until = forms.CharField(
        label=gettext_lazy("To"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs=TIMECODE_ATTRS),
    )
    drawing = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, take: Take, **options: Any) -> None:
        super().__init__(data, **options)
        self.take = take

    @property
    def colors(self) -> list[tuple[str, str]]:
        """Return the colours of the drawing tools with their names; the first is the default."""
        names = {
            "amber": _("amber"),
            "red": _("red"),
            "green": _("green"),
            "blue": _("blue"),
            "white": _("white"),
            "black": _("black"),
        }
        return [(color, names[color]) for color in drawings.COLORS]

    def clean_at(self) -> int | None:
        return self._frame("at")

    def clean_until(self) -> int | None:
        return self._frame("until")

    def clean_drawing(self) -> list[dict[str, Any]] | None:
        try:
            return drawings.parse(self.cleaned_data["drawing"])
        except drawings.InvalidDrawing as error:
            raise ValidationError(message_of(error)) from error

    def values(self) -> dict[str, Any]:
        """Return the arguments of `notes.write`."""
        return {
            "text": self.cleaned_data["text"],
            "frame": self.cleaned_data["at"],
            "end_frame": self.cleaned_data["until"],
            "drawing": self.cleaned_data["drawing"],
        }

    def _frame(self, name: str) -> int | None:
        text = self.cleaned_data[name]
        try:
            return timecode.to_frame(text, self.take.fps) if text else None
        except timecode.InvalidTimecode as error:
            message = _("%(text)s is not a time code. Use minutes:seconds.frames, such as 00:02.10.")
            raise ValidationError(message % {"text": text}) from error


class EditForm(NoteForm):
    """An existing note. `seen` identifies the version that the editor was shown."""

    drawing = None  # type: ignore[assignment]  # Django's way of removing a field
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, note: Note, **options: Any) -> None:
        fps = note.take.fps
        initial = {
            "text": note.text,
            "at": "" if note.frame is None else timecode.from_frame(note.frame, fps),
            "until": "" if note.end_frame is None else timecode.from_frame(note.end_frame, fps),
            "seen": note.edited_at.isoformat() if note.edited_at else "",
        }
        super().__init__(data, take=note.take, initial=initial, **options)
        if note.parent_id:
            del self.fields["at"], self.fields["until"]

    def clean_seen(self) -> datetime | None:
        try:
            seen = datetime.fromisoformat(self.cleaned_data["seen"])
            return seen.astimezone(UTC) if seen.tzinfo else None
        except (ValueError, OverflowError):
            return None

    def values(self) -> dict[str, Any]:
        """Return the arguments of `notes.edit`."""
        data = self.cleaned_data
        moment = Moment(data["at"], data["until"]) if "at" in data else None
        return {"text": data["text"], "moment": moment, "seen": data["seen"]}
