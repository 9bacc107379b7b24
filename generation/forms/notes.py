"""Notes as they are typed: words, a time code or two, and what was drawn."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from generation.models import Note, Take
from generation.reviews import timecode
from generation.reviews.notes import drawings
from generation.reviews.notes.notes import EMPTY, Moment
from library.forms.text import VisibleCharField

CODE = {"autocomplete": "off", "spellcheck": "false"}


class TextForm(forms.Form):
    """The words alone: a reply. What else they may be is for `reviews.notes` to say."""

    use_required_attribute = False

    text = VisibleCharField(
        label="Note",
        strip=False,
        error_messages={"required": EMPTY},
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "@ for people and assets"}),
    )


class NoteForm(TextForm):
    """A note with its place: without a time code it is about the whole take."""

    at = forms.CharField(
        label="At",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={**CODE, "placeholder": "whole take"}),
    )
    until = forms.CharField(label="To", required=False, max_length=20, widget=forms.TextInput(attrs=CODE))
    drawing = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    # In which one draws, the first unless another is chosen.
    colors = tuple(drawings.COLORS)

    def __init__(self, data: Any = None, *, take: Take, **options: Any) -> None:
        super().__init__(data, **options)
        self.take = take

    def clean_at(self) -> int | None:
        return self._frame("at")

    def clean_until(self) -> int | None:
        return self._frame("until")

    def clean_drawing(self) -> list[dict[str, Any]] | None:
        try:
            return drawings.read(self.cleaned_data["drawing"])
        except drawings.UnreadableDrawing as error:
            raise ValidationError(str(error)) from error

    def asked(self) -> dict[str, Any]:
        """The values as `notes.write` takes them."""
        values = self.cleaned_data
        return {
            "text": values["text"],
            "frame": values["at"],
            "end_frame": values["until"],
            "drawing": values["drawing"],
        }

    def _frame(self, name: str) -> int | None:
        typed = self.cleaned_data[name]
        try:
            return timecode.read(typed, self.take.fps) if typed else None
        except ValueError as error:
            raise ValidationError(str(error)) from error


class EditForm(NoteForm):
    """A note that is there already. `seen` says which text the editor was shown."""

    drawing = None  # type: ignore[assignment]  # Django's way of leaving a field out
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, note: Note, **options: Any) -> None:
        fps = note.take.fps
        start = {
            "text": note.text,
            "at": "" if note.frame is None else timecode.told(note.frame, fps),
            "until": "" if note.end_frame is None else timecode.told(note.end_frame, fps),
            "seen": note.edited_at.isoformat() if note.edited_at else "",
        }
        super().__init__(data, take=note.take, initial=start, **options)
        if note.parent_id:
            del self.fields["at"], self.fields["until"]

    def clean_seen(self) -> datetime | None:
        try:
            seen = datetime.fromisoformat(self.cleaned_data["seen"])
            return seen.astimezone(UTC) if seen.tzinfo else None
        except (ValueError, OverflowError):
            return None

    def asked(self) -> dict[str, Any]:
        """The values as `notes.edit` takes them."""
        values = self.cleaned_data
        moment = Moment(values["at"], values["until"]) if "at" in values else None
        return {"text": values["text"], "moment": moment, "seen": values["seen"]}
