"""Validate the text, time code, drawing and parent of a note."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from generation.models import Note, Take
from generation.reviews import timecode
from generation.reviews.notes import drawings
from generation.reviews.notes.drawing_errors import message_of
from generation.reviews.notes.errors import CannotSaveNote
from library.text import visible

MAX_LENGTH = 5000
EMPTY_MESSAGE = gettext_lazy("Enter a note.")


class Moment(NamedTuple):
    """The frames of a note: none (the whole take), one frame, or a range up to and including `end_frame`."""

    frame: int | None = None
    end_frame: int | None = None


def check_parent(take: Take, parent: Note, *, has_moment: bool) -> None:
    """Check that a note can have this reply, and lock it until the reply is written. Raise CannotSaveNote.

    Replies are one level deep, without a time code or a drawing.
    """
    found = Note.objects.select_for_update().filter(pk=parent.pk, deleted_at__isnull=True).first()
    if found is None:
        raise CannotSaveNote(_("This note was deleted in the meantime, so you can't reply to it."))
    if found.take_id != take.pk:
        raise CannotSaveNote(_("This note belongs to another take."))
    if found.parent_id:
        raise CannotSaveNote(_("You can't reply to a reply. Reply to the first note of the thread."))
    if has_moment:
        raise CannotSaveNote(_("A reply can't have a time code or a drawing."), "at")


def validated_text(text: str) -> str:
    """Return the text with normalised line ends and without NUL. Raise CannotSaveNote."""
    text = visible(text.replace("\r\n", "\n").replace("\0", ""))
    if not text:
        raise CannotSaveNote(str(EMPTY_MESSAGE), "text")
    if len(text) > MAX_LENGTH:
        message = ngettext(
            "The note has %(count)d character. The maximum is %(max)d. Shorten it, or write two notes.",
            "The note has %(count)d characters. The maximum is %(max)d. Shorten it, or write two notes.",
            len(text),
        )
        raise CannotSaveNote(message % {"count": len(text), "max": MAX_LENGTH}, "text")
    return text


def validated_moment(take: Take, moment: Moment) -> Moment:
    """Return the moment with a range of one frame reduced to that frame. Raise CannotSaveNote."""
    frame, end = moment
    if frame is None:
        if end is not None:
            raise CannotSaveNote(_("Enter the time code at which the range begins."), "at")
        return moment
    _check_frame(take, frame, "at")
    if end is not None:
        _check_frame(take, end, "until")
        if end < frame:
            raise CannotSaveNote(_("The range ends before it begins."), "until")
    return Moment(frame, None if end == frame else end)


def validated_drawing(drawing: Any, frame: int | None) -> list[dict[str, Any]] | None:
    """Return the strokes as they are stored. Raise CannotSaveNote."""
    try:
        strokes = drawings.validate(drawing)
    except drawings.InvalidDrawing as error:
        raise CannotSaveNote(message_of(error), "drawing") from error
    if strokes and frame is None:
        raise CannotSaveNote(_("A drawing needs the time code of its frame."), "at")
    return strokes


def _check_frame(take: Take, frame: int, field: str) -> None:
    if 0 <= frame < take.frame_count:
        return
    last = take.frame_count - 1
    message = _("%(take)s ends at %(timecode)s (frame %(frame)d). Enter a time code up to that.")
    code = timecode.from_frame(last, take.fps)
    raise CannotSaveNote(message % {"take": take, "timecode": code, "frame": last}, field)
