"""The notes of a take as its page lists them: the newest threads, in the order of their moments."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Coalesce

from generation.models import Job, Note, Take
from generation.models.notes import NoteQuerySet

ALL, OPEN, MINE = "all", "open", "mine"
# Threads of a first look; "show older" adds as many, up to `MOST`.
PIECE, MOST = 20, 1000
ROOT = Coalesce("parent_id", "pk")
# Of the people only their names are shown; four joined rows for each note would take longer than the note itself.
NAMES = {
    "author_name": F("author__username"),
    "guest_name": F("guest__name"),
    "resolver_name": F("resolved_by__username"),
    "resolving_number": F("resolved_by_take__number"),
}
# Every open page of a take asks this every three seconds; put together anew it takes ten times as long as its answer.
# What is made for a note is told below it, and how far it is: the newest step, the newest verdict and those that were
# taken back tell that apart, and how many are approved, since a project may ask for another number of approvals.
COUNTED = """
      WITH made AS (
           SELECT job.id AS job, take.id AS take, take.review FROM generation_note note
             JOIN generation_job job ON job.answers_id = note.id
             LEFT JOIN generation_take take ON take.job_id = job.id WHERE note.take_id = %(take)s)
    SELECT count(*) FILTER (WHERE parent_id IS NULL),
           count(*) FILTER (WHERE parent_id IS NULL AND resolved_at IS NULL AND deleted_at IS NULL),
           count(*), max(id), max(edited_at), max(deleted_at), max(resolved_at),
           (SELECT max(id) FROM generation_jobevent WHERE job_id IN (SELECT job FROM made)),
           (SELECT max(id) + count(withdrawn_at) FROM generation_verdict WHERE take_id IN (SELECT take FROM made)),
           (SELECT count(*) FROM made WHERE review = 'approved')
      FROM generation_note WHERE take_id = %(take)s
"""
OF_ANSWERS = ("uuid", "status", "take__uuid", "take__number", "take__review")


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to. `note` is shown in any case: a link leads to it."""

    which: str = ALL
    shown: int = PIECE
    note: UUID | None = None


@dataclass(frozen=True)
class Counts:
    """How many threads a take has; `mark` differs whenever one of its notes does, or what was made for one."""

    threads: int
    open: int
    mark: str


class Answer(NamedTuple):
    """A job that was made for a note, and its take once there is one."""

    job: UUID
    status: str
    take: UUID | None
    number: int | None
    review: str | None


@dataclass(frozen=True)
class Thread:
    """A note and the replies to it, the oldest first; each has `NAMES` too, the note its answers as `made_for_it`."""

    note: Any
    replies: list[Any]

    def __iter__(self) -> Iterator[Any]:
        yield self.note
        yield from self.replies


def counts_of(take: Take) -> Counts:
    """One query, whatever is written."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, {"take": take.pk})
        found = cursor.fetchone()
    mark = hashlib.blake2s(repr(found).encode(), digest_size=8).hexdigest()
    return Counts(threads=found[0], open=found[1], mark=mark)


def threads_of(take: Take, wanted: Wanted, *, user: User) -> tuple[list[Thread], bool]:
    """The newest threads in the order of their moments, those on the whole take first; whether there are older ones.

    Two queries, whether or not the note that a link leads to is among them: the notes, and what was made for them.
    """
    threads = _together(take, _wanted(take, wanted, user).order_by("pk"))
    fitting = [root for root in threads if root.is_chosen]
    has_more = len(fitting) > wanted.shown
    if has_more and not any(note.uuid == wanted.note for note in (fitting[0], *threads[fitting[0]])):
        del threads[fitting[0]]
    _answer(threads)
    return sorted((Thread(root, replies) for root, replies in threads.items()), key=_place), has_more


def _wanted(take: Take, wanted: Wanted, user: User) -> NoteQuerySet:
    """The notes of the newest threads and one thread more, each with `NAMES`; with them the thread that a link leads
    to. `is_chosen` tells those that would be there without the link."""
    newest = chosen(take, wanted.which, user).order_by("-pk").values("pk")[: wanted.shown + 1]
    notes = Note.objects.filter(take=take.pk).annotate(root=ROOT, **NAMES)
    if wanted.note is None:
        return notes.annotate(is_chosen=Value(True)).filter(root__in=newest)
    linked = take.notes.filter(uuid=wanted.note).values(of=ROOT)
    notes = notes.annotate(is_chosen=_true(Q(root__in=newest)))
    return notes.filter(Q(is_chosen=True) | Q(root__in=linked))


def _answer(roots: Iterable[Any]) -> None:
    """Give each note what was made for it as `made_for_it`, the oldest first; one query."""
    asked = {root.pk: root for root in roots}
    for root in asked.values():
        root.made_for_it = []
    # Drafts are their author's own; a job's request and plan are large.
    made = Job.objects.filter(for_note__in=list(asked)).exclude(status=Job.Status.DRAFT).order_by("pk")
    for note, *told in made.values_list("for_note", *OF_ANSWERS):
        asked[note].made_for_it.append(Answer(*told))


def _true(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def chosen(take: Take, which: str, user: User) -> NoteQuerySet:
    """The notes that begin the threads of a list that is narrowed so."""
    roots = take.notes.roots()
    if which == OPEN:
        return roots.open()
    if which == MINE:
        mine = take.notes.filter(
            Q(author=user) | Q(pk__in=Note.mentions.through.objects.filter(user=user).values("note"))
        )
        return roots.filter(Q(pk__in=mine.values("pk")) | Q(pk__in=mine.values("parent")))
    return roots


def _together(take: Take, notes: Iterable[Any]) -> dict[Any, list[Note]]:
    """The replies by the note that they answer, in the order in which they were written."""
    roots: dict[int, Any] = {}
    replies: dict[int, list[Note]] = {}
    for note in notes:
        note.take = take  # so that nothing asks for it again
        if note.parent_id is None:
            roots[note.pk] = note
        else:
            replies.setdefault(note.parent_id, []).append(note)
    return {root: replies.get(key, []) for key, root in roots.items()}


def _place(thread: Thread) -> tuple[int, int]:
    frame = thread.note.frame
    return (-1 if frame is None else frame, thread.note.pk)
