"""The threads of a take for its page: the newest ones, sorted by time code."""

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
# The number of threads on the first page; "Show older notes" adds as many, up to `MAX_SHOWN`.
PAGE_SIZE, MAX_SHOWN = 20, 1000
ROOT = Coalesce("parent_id", "pk")
# Only names of users are shown; joining four whole rows for each note would take longer than the note.
NAMES = {
    "author_name": F("author__username"),
    "guest_name": F("guest__name"),
    "resolver_name": F("resolved_by__username"),
    "resolving_number": F("resolved_by_take__number"),
}
# Every open page of a take runs this query every three seconds; built by the ORM it takes ten times as long as it runs.
# It includes whatever changes the follow-up takes below a note: the newest event of their jobs, their newest verdict,
# and the numbers of withdrawn verdicts and of approved takes, since a project may need another number of approvals.
COUNTS_SQL = """
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
FOLLOWUP_FIELDS = ("uuid", "status", "take__uuid", "take__number", "take__review")


@dataclass(frozen=True)
class ThreadFilter:
    """The threads to list. The thread of `note` is always included, because a link leads to it."""

    which: str = ALL
    limit: int = PAGE_SIZE
    note: UUID | None = None


@dataclass(frozen=True)
class Counts:
    """The number of threads of a take. `mark` changes whenever one of its notes or follow-up takes does."""

    threads: int
    open: int
    mark: str


class Followup(NamedTuple):
    """A job that was created for a note, with its take if there is one."""

    job: UUID
    status: str
    take: UUID | None
    number: int | None
    review: str | None


@dataclass(frozen=True)
class Thread:
    """A note and its replies, oldest first. All have the annotations `NAMES`; the note also has `followups`."""

    note: Any
    replies: list[Any]

    def __iter__(self) -> Iterator[Any]:
        yield self.note
        yield from self.replies


def count_threads(take: Take) -> Counts:
    """Count the threads in one query."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS_SQL, {"take": take.pk})
        row = cursor.fetchone()
    mark = hashlib.blake2s(repr(row).encode(), digest_size=8).hexdigest()
    return Counts(threads=row[0], open=row[1], mark=mark)


def list_threads(take: Take, criteria: ThreadFilter, *, user: User) -> tuple[list[Thread], bool]:
    """Return the newest threads, those on the whole take first, then by time code; and whether there are older ones.

    Two queries: the notes with the linked one, and the jobs that were created for them.
    """
    threads = _grouped(take, _notes(take, criteria, user).order_by("pk"))
    matching = [root for root in threads if root.matches]
    has_more = len(matching) > criteria.limit
    if has_more and not any(note.uuid == criteria.note for note in (matching[0], *threads[matching[0]])):
        del threads[matching[0]]
    _add_followups(threads)
    return sorted((Thread(root, replies) for root, replies in threads.items()), key=_position), has_more


def filtered_roots(take: Take, which: str, user: User) -> NoteQuerySet:
    """Return the first notes of the threads that match the filter."""
    roots = take.notes.roots()
    if which == OPEN:
        return roots.open()
    if which == MINE:
        mentioned = Note.mentions.through.objects.filter(user=user).values("note")
        mine = take.notes.filter(Q(author=user) | Q(pk__in=mentioned))
        return roots.filter(Q(pk__in=mine.values("pk")) | Q(pk__in=mine.values("parent")))
    return roots


def _notes(take: Take, criteria: ThreadFilter, user: User) -> NoteQuerySet:
    """Return the notes of the newest threads and of one more, with those of the linked thread.

    `matches` is false for a thread that is included only because of the link.
    """
    newest = filtered_roots(take, criteria.which, user).order_by("-pk").values("pk")[: criteria.limit + 1]
    notes = Note.objects.filter(take=take.pk).annotate(root=ROOT, **NAMES)
    if criteria.note is None:
        return notes.annotate(matches=Value(True)).filter(root__in=newest)
    linked = take.notes.filter(uuid=criteria.note).values(of=ROOT)
    is_newest = ExpressionWrapper(Q(root__in=newest), output_field=BooleanField())
    return notes.annotate(matches=is_newest).filter(Q(matches=True) | Q(root__in=linked))


def _add_followups(roots: Iterable[Any]) -> None:
    """Set `followups` of each note, oldest first; one query."""
    by_key = {root.pk: root for root in roots}
    for root in by_key.values():
        root.followups = []
    # Drafts are private to their author. The request and plan of a job are large.
    jobs = Job.objects.filter(for_note__in=list(by_key)).exclude(status=Job.Status.DRAFT).order_by("pk")
    for note, *values in jobs.values_list("for_note", *FOLLOWUP_FIELDS):
        by_key[note].followups.append(Followup(*values))


def _grouped(take: Take, notes: Iterable[Any]) -> dict[Any, list[Note]]:
    """Return the first notes with their replies, oldest first."""
    roots: dict[int, Any] = {}
    replies: dict[int, list[Note]] = {}
    for note in notes:
        note.take = take  # avoids a query for each note
        if note.parent_id is None:
            roots[note.pk] = note
        else:
            replies.setdefault(note.parent_id, []).append(note)
    return {root: replies.get(key, []) for key, root in roots.items()}


def _position(thread: Thread) -> tuple[int, int]:
    frame = thread.note.frame
    return (-1 if frame is None else frame, thread.note.pk)
