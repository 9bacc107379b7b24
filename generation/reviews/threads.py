"""The notes of a take as its page lists them: the newest threads, in the order of their moments."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Prefetch, Q
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
# What is made for a note is told below it, and how far it is: the newest step, the newest verdict and
# those that were taken back tell that apart.
COUNTED = """
    SELECT count(*) FILTER (WHERE parent_id IS NULL),
           count(*) FILTER (WHERE parent_id IS NULL AND resolved_at IS NULL AND deleted_at IS NULL),
           count(*), max(id), max(edited_at), max(deleted_at), max(resolved_at),
           (SELECT max(step.id) FROM generation_jobevent step
              JOIN generation_job job ON job.id = step.job_id
              JOIN generation_note asked ON asked.id = job.answers_id WHERE asked.take_id = %(take)s),
           (SELECT max(verdict.id) + count(verdict.withdrawn_at) FROM generation_verdict verdict
              JOIN generation_take made ON made.id = verdict.take_id
              JOIN generation_job job ON job.id = made.job_id
              JOIN generation_note asked ON asked.id = job.answers_id WHERE asked.take_id = %(take)s)
      FROM generation_note WHERE take_id = %(take)s
"""
OF_ANSWERS = ("uuid", "status", "answers", "take__uuid", "take__job", "take__number", "take__review")


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


@dataclass(frozen=True)
class Thread:
    """A note and the replies to it, the oldest first; each note has `NAMES` and `answering_jobs` too."""

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
    newest = chosen(take, wanted.which, user).order_by("-pk").values("pk")[: wanted.shown + 1]
    linked = take.notes.filter(uuid__in=[wanted.note] if wanted.note else []).values(of=ROOT)
    notes = _listed(take).annotate(is_chosen=_true(Q(root__in=newest))).order_by("pk")
    threads = _together(take, notes.filter(Q(is_chosen=True) | Q(root__in=linked)))
    fitting = [root for root in threads if root.is_chosen]
    has_more = len(fitting) > wanted.shown
    if has_more and not any(note.uuid == wanted.note for note in (fitting[0], *threads[fitting[0]])):
        del threads[fitting[0]]
    return sorted((Thread(root, replies) for root, replies in threads.items()), key=_place), has_more


def _listed(take: Take) -> NoteQuerySet:
    """Its notes and replies, each with `NAMES`, the jobs that it was answered by as `answering_jobs`, and
    the key of the note that begins its thread as `root`."""
    # Drafts are their author's own; a job's request and plan are large.
    answers = Job.objects.exclude(status=Job.Status.DRAFT).select_related("take").only(*OF_ANSWERS)
    # As a list, since Django would make a set of rows of its own for each note.
    asked = Prefetch("answers", answers.order_by("pk"), to_attr="answering_jobs")
    found = take.notes.prefetch_related(asked)
    return found.annotate(root=ROOT, **NAMES)


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
