"""Collect the notes on takes for exports: for print, spreadsheets and the timelines of editing software."""

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from generation.models import Note, Take
from generation.reviews.notes.threads import Thread

GONE = gettext_lazy("Former member")


def threads_on(takes: Sequence[Take]) -> dict[int, list[Thread]]:
    """Return the threads by key of the take, sorted by frame, those on the whole take first. One query."""
    by_key = {take.pk: take for take in takes}
    found = Note.objects.filter(take__in=by_key).order_by("pk")
    users = ("author", "guest", "resolved_by", "resolved_by_take__shot")
    replies: dict[int, list[Note]] = defaultdict(list)
    roots: dict[int, list[Note]] = defaultdict(list)
    for note in found.select_related(*users):
        note.take = by_key[note.take_id]
        (roots[note.take_id] if note.parent_id is None else replies[note.parent_id]).append(note)
    return {
        key: [Thread(root, replies[root.pk]) for root in sorted(roots[key], key=_position)] for key in by_key
    }


def writer_of(note: Note) -> str:
    """Return the name of the author, marked if it is a guest."""
    if note.guest:
        return _("%(name)s (guest)") % {"name": note.guest}
    return str(note.author or GONE)


def state_of(note: Note) -> str:
    """Return `open`, `resolved` or `deleted`."""
    if note.deleted_at:
        return "deleted"
    return "resolved" if note.resolved_at else "open"


def _position(note: Note) -> tuple[int, int]:
    return (-1 if note.frame is None else note.frame, note.pk)
