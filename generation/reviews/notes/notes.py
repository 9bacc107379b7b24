"""Notes are written, edited, deleted, resolved and reopened here, and nowhere else.

A thread is one note and its replies. Looking up who may do that is the caller's; what is said here holds for everyone.
"""

from datetime import datetime
from types import EllipsisType
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from generation.models import Guest, Note, Notification, Take
from generation.reviews import timecode
from generation.reviews.notes import drawings, mentions
from generation.reviews.notifications import notify
from library.text import visible

MAX_LETTERS = 5000
EMPTY = "Say something: the note is empty."


class CannotNote(Exception):
    """Nothing was written. The message is a sentence for people; `field` is what to change, where that helps."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class StaleNote(CannotNote):
    """Somebody, or the author in another window, changed the note since it was read; `note` is what it is now."""

    def __init__(self, note: Note) -> None:
        super().__init__(
            "The note was changed since you opened it. Nothing was saved: both texts are shown.", "text"
        )
        self.note = note


class Moment(NamedTuple):
    """Where a note stands: nowhere (the whole take), at a frame, or over the frames up to the last one."""

    frame: int | None = None
    end_frame: int | None = None


@transaction.atomic
def write(
    take: Take,
    *,
    text: str,
    author: User | None = None,
    guest: Guest | None = None,
    frame: int | None = None,
    end_frame: int | None = None,
    drawing: Any = None,
    parent: Note | None = None,
) -> Note:
    """A new note by a member or by a guest, or a reply to one, told to those whom it concerns.

    `drawing` is a list of strokes (see `drawings`). Raises CannotNote.
    """
    if parent is not None:
        _check_parent(take, parent, (frame, end_frame, drawing))
    note = Note(take=take, parent=parent, author=author, guest=guest, text=_checked_text(text))
    note.frame, note.end_frame = _checked_moment(take, Moment(frame, end_frame))
    note.drawing = _checked_drawing(drawing, note.frame)
    note.save()
    _mention(note)
    return note


@transaction.atomic
def edit(
    note: Note,
    *,
    text: str,
    moment: Moment | None = None,
    seen: datetime | EllipsisType | None = ...,
) -> Note:
    """Other words, and with `moment` another place, for a note; without it the note stays where it is.

    `seen` is the `edited_at` that the editor was shown: when it is another by now, nothing is written. Raises
    StaleNote, CannotNote.
    """
    place = _checked_moment(note.take, moment) if moment else Moment(note.frame, note.end_frame)
    if note.drawing and place.frame is None:
        raise CannotNote("The note has a drawing, which needs a time code.", "at")
    if note.parent_id and place.frame is not None:
        raise CannotNote("A reply stands where its note does.", "at")
    alive = Note.objects.filter(pk=note.pk, deleted_at__isnull=True)
    if not isinstance(seen, EllipsisType):
        alive = alive.filter(edited_at=seen)
    changed = alive.update(text=_checked_text(text), edited_at=timezone.now(), **place._asdict())
    if not changed:
        raise _why_not(note)
    note.refresh_from_db()
    _mention(note)
    return note


@transaction.atomic
def delete(note: Note) -> None:
    """Gone; while others have replied its row stays, emptied, and what people were told of it goes."""
    # A reply is held too: what was told of it goes first, and who edits it holds it and tells of it after that.
    held = Note.objects.select_for_update().filter(pk__in={note.pk, note.parent_id or note.pk})
    root = next(iter(held.order_by("pk")), None)
    if root is None:
        return
    if note.pk == root.pk and root.replies.exists():
        _empty(root)
        return
    Note.objects.filter(pk=note.pk).delete()
    if root.deleted_at and not root.replies.exists():
        root.delete()


@transaction.atomic
def resolve(note: Note, *, by: User | None, take: Take | None = None) -> Note:
    """The thread is done; `take` is the approved one that answers it. Resolving twice changes nothing.

    Raises CannotNote.
    """
    _check_thread(note)
    changed = (
        Note.objects.open()
        .filter(pk=note.pk)
        .update(resolved_at=timezone.now(), resolved_by=by, resolved_by_take=take)
    )
    _read_again(note)
    if changed:
        notify.note_resolved(note, by=by)
    return note


def keep_resolved(note: Note, *, take: Take) -> None:
    """The thread stays resolved, by this answer from now on; nobody is told again."""
    Note.objects.filter(pk=note.pk, resolved_at__isnull=False).update(resolved_by_take=take)


@transaction.atomic
def reopen(note: Note) -> Note:
    """The thread is open again, whoever resolved it, and resolving it once more is told anew. Raises CannotNote."""
    _check_thread(note)
    # The note before what is told of it, as everywhere here: in the other order two would wait for each other.
    Note.objects.filter(pk=note.pk, deleted_at__isnull=True).update(
        resolved_at=None, resolved_by=None, resolved_by_take=None
    )
    _read_again(note)
    note.notifications.filter(kind=Notification.Kind.RESOLVED).delete()
    return note


def _check_parent(take: Take, parent: Note, place: tuple[Any, ...]) -> None:
    """Replies stand one level deep, where their note does. The note cannot go away until the reply is there."""
    found = Note.objects.select_for_update().filter(pk=parent.pk, deleted_at__isnull=True).first()
    if found is None:
        raise CannotNote("The note was deleted meanwhile, so it cannot be answered.")
    if found.take_id != take.pk:
        raise CannotNote("The note that you answer is on another take.")
    if found.parent_id:
        raise CannotNote("A reply cannot be answered. Answer the note that begins the thread.")
    if any(part is not None for part in place):
        raise CannotNote("A reply stands where its note does, without a time code or a drawing.", "at")


def _checked_text(text: str) -> str:
    said = visible(text.replace("\r\n", "\n").replace("\0", ""))
    if not said:
        raise CannotNote(EMPTY, "text")
    if len(said) > MAX_LETTERS:
        raise CannotNote(
            f"The note has {len(said):,} characters; {MAX_LETTERS:,} are the most. Shorten it, or write two.",
            "text",
        )
    return said


def _checked_moment(take: Take, moment: Moment) -> Moment:
    frame, end = moment
    if frame is None:
        if end is not None:
            raise CannotNote("A range needs the time code at which it begins.", "at")
        return moment
    _check_frame(take, frame, "at")
    if end is not None:
        _check_frame(take, end, "until")
        if end < frame:
            raise CannotNote("The range ends before it begins.", "until")
    return Moment(frame, None if end == frame else end)


def _check_frame(take: Take, frame: int, field: str) -> None:
    if not 0 <= frame < take.frame_count:
        last = timecode.told(take.frame_count - 1, take.fps)
        raise CannotNote(
            f"{take} ends at {last}, frame {take.frame_count - 1}. Choose a time up to that.", field
        )


def _checked_drawing(drawing: Any, frame: int | None) -> list[dict[str, Any]] | None:
    try:
        strokes = drawings.checked(drawing)
    except drawings.UnreadableDrawing as error:
        raise CannotNote(str(error), "drawing") from error
    if strokes and frame is None:
        raise CannotNote("A drawing needs the time code of its frame.", "at")
    return strokes


def _mention(note: Note) -> None:
    """Store the mentioned users, and notify them and others concerned."""
    project = note.take.project
    named = (
        mentions.host_in(note.text, note.guest, project)
        if note.guest
        else mentions.people_in(note.text, project)
    )
    note.mentions.set(named)
    notify.note_written(note)


def _empty(note: Note) -> None:
    note.mentions.clear()
    note.notifications.all().delete()
    Note.objects.filter(pk=note.pk).update(
        text="", drawing=None, frame=None, end_frame=None, deleted_at=timezone.now()
    )


def _why_not(note: Note) -> CannotNote:
    """What became of a note that could not be changed."""
    now = Note.objects.filter(pk=note.pk, deleted_at__isnull=True).select_related("author").first()
    return (
        StaleNote(now) if now else CannotNote("The note was deleted meanwhile. What you typed is kept here.")
    )


def _read_again(note: Note) -> None:
    try:
        note.refresh_from_db()
    except Note.DoesNotExist:
        raise CannotNote("The note was deleted meanwhile.") from None


def _check_thread(note: Note) -> None:
    if note.parent_id:
        raise CannotNote("A thread is resolved and reopened at its first note.")
    if note.deleted_at:
        raise CannotNote("The note was deleted meanwhile.")
