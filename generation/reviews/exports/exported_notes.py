"""All that was noted on takes, for what leaves the house: lists on paper, in spreadsheets, on editors' time lines."""

from collections import defaultdict
from collections.abc import Sequence

from generation.models import Note, Take
from generation.reviews.notes.threads import Thread

GONE = "somebody who has left"


def threads_on(takes: Sequence[Take]) -> dict[int, list[Thread]]:
    """Key of the take -> its threads in the order of their moments, those on the whole take first. One query."""
    by_key = {take.pk: take for take in takes}
    found = Note.objects.filter(take__in=by_key).order_by("pk")
    people = ("author", "guest", "resolved_by", "resolved_by_take__shot")
    replies: dict[int, list[Note]] = defaultdict(list)
    roots: dict[int, list[Note]] = defaultdict(list)
    for note in found.select_related(*people):
        note.take = by_key[note.take_id]
        (roots[note.take_id] if note.parent_id is None else replies[note.parent_id]).append(note)
    return {
        key: [Thread(root, replies[root.pk]) for root in sorted(roots[key], key=_place)] for key in by_key
    }


def writer_of(note: Note) -> str:
    """Who wrote it, as people are called here; a guest says so."""
    if note.guest:
        return f"{note.guest} (guest)"
    return str(note.author or GONE)


def state_of(note: Note) -> str:
    """`open`, `resolved` or `deleted`."""
    if note.deleted_at:
        return "deleted"
    return "resolved" if note.resolved_at else "open"


def _place(note: Note) -> tuple[int, int]:
    return (-1 if note.frame is None else note.frame, note.pk)
