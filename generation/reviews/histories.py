"""What happened to a take or to a shot in review: takes that came, verdicts, notes that were resolved."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db.models import Max, Q
from django.db.models.functions import Coalesce

from generation.models import Note, Shot, Take, Verdict
from generation.reviews.remarks import GONE

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


def of_take(take: Take, *, verdicts: Iterable[Verdict] | None = None, most: int = MOST) -> list[Event]:
    """The `most` newest things that happened to one take, the newest first. Two queries; one where its verdicts, with
    their people, are at hand."""
    return _told(Q(take=take), came=[], verdicts=verdicts, most=most)


def of_shot(shot: Shot, *, most: int = MOST) -> list[Event]:
    """The same over all takes of a shot, with the takes that came. Three queries."""
    came = Take.objects.filter(shot=shot).select_related("job__created_by").order_by("-created_at")
    return _told(Q(take__shot=shot), came=came[:most], most=most)


def newest_verdicts(take: Take) -> list[Verdict]:
    """The newest verdicts on a take with their people, and each member's latest one, which counts however many guests
    have spoken since. One query."""
    newest = take.verdicts.order_by("-pk").values("pk")[:MOST]
    latest = take.verdicts.filter(by__isnull=False).order_by().values("by").annotate(of=Max("pk"))
    shown = take.verdicts.filter(Q(pk__in=newest) | Q(pk__in=latest.values("of")))
    return list(shown.select_related("by", "guest"))


def _told(
    of: Q, *, came: Iterable[Take], verdicts: Iterable[Verdict] | None = None, most: int
) -> list[Event]:
    events = [*map(_arrival, came)]
    if verdicts is None:
        given = Verdict.objects.filter(of).select_related("take", "by", "guest")
        # By the last thing that is told of each: an old one may have been taken back just now.
        verdicts = given.order_by(Coalesce("withdrawn_at", "at").desc(), "-pk")[:most]
    for verdict in verdicts:
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
