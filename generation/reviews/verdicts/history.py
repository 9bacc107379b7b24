"""What happened to a take or to a shot in review: takes that came, verdicts, notes that were resolved."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db.models import Max, Q
from django.db.models.functions import Coalesce

from generation.models import Note, Shot, Take, Verdict
from generation.reviews.exports.exported_notes import GONE

MOST = 100


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of the history. `state` is a verdict's decision, or `came`, `withdrawn`, `resolved`."""

    at: datetime
    take: Take
    state: str
    label: str
    who: str
    is_guest: bool = False
    text: str = ""
    note: Note | None = None
    answer: Take | None = None


def of_take(take: Take, *, most: int = MOST) -> list[Event]:
    """The `most` newest things that happened to one take, the newest first. Two queries."""
    return _told(Q(take=take), came=[], most=most)


def of_shot(shot: Shot, *, most: int = MOST) -> list[Event]:
    """The same over all takes of a shot, with the takes that came. Three queries."""
    came = Take.objects.filter(shot=shot).select_related("job__created_by").order_by("-created_at")
    return _told(Q(take__shot=shot), came=came[:most], most=most)


def latest_verdicts(take: Take) -> list[Verdict]:
    """Each member's latest verdict on a take, which is the one that counts unless it was taken back. One query."""
    given = Verdict.objects.filter(take=take, by__isnull=False)
    latest = given.order_by().values("by").annotate(of=Max("pk")).values("of")
    shown = given.filter(pk__in=latest).select_related("by")
    return list(shown.only("take", "decision", "reason", "withdrawn_at", "by__username"))


def _told(of: Q, *, came: Iterable[Take], most: int) -> list[Event]:
    events = [*map(_arrival, came)]
    given = Verdict.objects.filter(of).select_related("take", "by", "guest")
    # By the last thing that is told of each: an old one may have been taken back just now.
    for verdict in given.order_by(Coalesce("withdrawn_at", "at").desc(), "-pk")[:most]:
        events += _verdict(verdict)
    resolved = Note.objects.filter(of, resolved_at__isnull=False, deleted_at__isnull=True)
    resolved = resolved.select_related("take", "resolved_by", "resolved_by_take")
    events += map(_resolution, resolved.order_by("-resolved_at")[:most])
    return sorted(events, key=attrgetter("at"), reverse=True)[:most]


def _arrival(take: Take) -> Event:
    return Event(at=take.created_at, take=take, state="came", label="New take", who=str(take.job.created_by))


def _verdict(verdict: Verdict) -> Iterator[Event]:
    who = str(verdict.by or verdict.guest or GONE)
    yield Event(
        at=verdict.at,
        take=verdict.take,
        state=verdict.decision,
        label=verdict.get_decision_display(),
        who=who,
        is_guest=verdict.guest is not None,
        text=verdict.reason,
    )
    if verdict.withdrawn_at:
        yield Event(
            at=verdict.withdrawn_at,
            take=verdict.take,
            state="withdrawn",
            label="Verdict counts no more",
            who=who,
        )


def _resolution(note: Note) -> Event:
    return Event(
        at=note.resolved_at or note.created_at,
        take=note.take,
        state="resolved",
        label="Note resolved",
        who=str(note.resolved_by or GONE),
        text=note.text,
        note=note,
        answer=note.resolved_by_take,
    )
