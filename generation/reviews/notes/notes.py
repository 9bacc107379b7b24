"""Write, edit, delete, resolve and reopen notes. No other module does.

A thread is a note with its replies. Callers check permissions.
"""

from datetime import datetime
from types import EllipsisType
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from generation.models import Guest, Note, Notification, Take
from generation.reviews.notes import mentions
from generation.reviews.notes.errors import CannotSaveNote, StaleNote, note_deleted
from generation.reviews.notes.validation import (
    EMPTY_MESSAGE,
    MAX_LENGTH,
    Moment,
    check_parent,
    validated_drawing,
    validated_moment,
    validated_text,
)
from generation.reviews.notifications import notify

__all__ = [
    "EMPTY_MESSAGE",
    "MAX_LENGTH",
    "CannotSaveNote",
    "Moment",
    "StaleNote",
    "delete",
    "edit",
    "reopen",
    "resolve",
    "set_resolving_take",
    "write",
]


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
    """Create a note or a reply by a member or a guest, and notify the users concerned.

    `drawing` is a list of strokes (see `drawings`). Raise CannotSaveNote.
    """
    if parent is not None:
        check_parent(take, parent, has_moment=any(one is not None for one in (frame, end_frame, drawing)))
    note = Note(take=take, parent=parent, author=author, guest=guest, text=validated_text(text))
    note.frame, note.end_frame = validated_moment(take, Moment(frame, end_frame))
    note.drawing = validated_drawing(drawing, note.frame)
    note.save()
    _notify(note)
    return note


@transaction.atomic
def edit(
    note: Note,
    *,
    text: str,
    moment: Moment | None = None,
    seen: datetime | EllipsisType | None = ...,
) -> Note:
    """Change the text of a note and, with `moment`, its time code.

    `seen` is the `edited_at` that the editor was shown; if it has changed, nothing is written. Raise StaleNote,
    CannotSaveNote.
    """
    place = validated_moment(note.take, moment) if moment else Moment(note.frame, note.end_frame)
    if note.drawing and place.frame is None:
        raise CannotSaveNote(_("This note has a drawing, which needs a time code."), "at")
    if note.parent_id and place.frame is not None:
        raise CannotSaveNote(_("A reply has the time code of its thread."), "at")
    current = Note.objects.filter(pk=note.pk, deleted_at__isnull=True)
    if not isinstance(seen, EllipsisType):
        current = current.filter(edited_at=seen)
    if not current.update(text=validated_text(text), edited_at=timezone.now(), **place._asdict()):
        raise _edit_conflict(note)
    note.refresh_from_db()
    _notify(note)
    return note


@transaction.atomic
def delete(note: Note) -> None:
    """Delete a note and its notifications. A note with replies keeps its row, emptied."""
    # Lock the reply too: its notifications are deleted first, and an edit locks it and notifies after that.
    rows = Note.objects.select_for_update().filter(pk__in={note.pk, note.parent_id or note.pk})
    root = next(iter(rows.order_by("pk")), None)
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
    """Resolve a thread; `take` is the approved take that was made for it. Resolving twice changes nothing.

    Raise CannotSaveNote.
    """
    _check_is_thread(note)
    changed = (
        Note.objects.open()
        .filter(pk=note.pk)
        .update(resolved_at=timezone.now(), resolved_by=by, resolved_by_take=take)
    )
    _reload(note)
    if changed:
        notify.note_resolved(note, by=by)
    return note


def set_resolving_take(note: Note, *, take: Take) -> None:
    """Record another take as the one that resolves the thread, without notifications."""
    Note.objects.filter(pk=note.pk, resolved_at__isnull=False).update(resolved_by_take=take)


@transaction.atomic
def reopen(note: Note) -> Note:
    """Reopen a thread, so that resolving it again notifies again. Raise CannotSaveNote."""
    _check_is_thread(note)
    # Update the note before its notifications, as everywhere here: the other order could deadlock.
    Note.objects.filter(pk=note.pk, deleted_at__isnull=True).update(
        resolved_at=None, resolved_by=None, resolved_by_take=None
    )
    _reload(note)
    note.notifications.filter(kind=Notification.Kind.RESOLVED).delete()
    return note


def _notify(note: Note) -> None:
    """Store the mentioned users, and notify them and others concerned."""
    project = note.take.project
    if note.guest:
        mentioned = mentions.mentioned_host(note.text, note.guest, project)
    else:
        mentioned = mentions.mentioned_members(note.text, project)
    note.mentions.set(mentioned)
    notify.note_written(note)


def _empty(note: Note) -> None:
    note.mentions.clear()
    note.notifications.all().delete()
    Note.objects.filter(pk=note.pk).update(
        text="", drawing=None, frame=None, end_frame=None, deleted_at=timezone.now()
    )


def _edit_conflict(note: Note) -> CannotSaveNote:
    """Return why a note could not be edited: it was changed or deleted."""
    current = Note.objects.filter(pk=note.pk, deleted_at__isnull=True).select_related("author").first()
    if current:
        return StaleNote(current)
    return CannotSaveNote(_("This note was deleted in the meantime. Your text is kept in the field."))


def _reload(note: Note) -> None:
    try:
        note.refresh_from_db()
    except Note.DoesNotExist:
        raise note_deleted() from None


def _check_is_thread(note: Note) -> None:
    if note.parent_id:
        raise CannotSaveNote(_("Resolve or reopen the first note of the thread."))
    if note.deleted_at:
        raise note_deleted()
