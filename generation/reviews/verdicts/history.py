"""The review history of a take or a shot: new takes, verdicts, and resolved notes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter

from django.db.models import Max, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from generation.models import Note, Shot, Take, Verdict
from generation.reviews.exports.exported_notes import GONE

PAGE_SIZE = 100


class Kind(StrEnum):
    """The kinds of events in the history."""

    NEW_TAKE = "new_take"
    VERDICT = "verdict"
    WITHDRAWN = "withdrawn"
    RESOLVED = "resolved"


@dataclass(frozen=True, kw_only=True)
class HistoryEvent:
    """One event. `decision` is set for verdicts, `note` and `resolving_take` for resolved notes."""

    kind: Kind
    at: datetime
    take: Take
    label: str
    actor: str
    is_guest: bool = False
    decision: str = ""
    text: str = ""
    note: Note | None = None
    resolving_take: Take | None = None


def of_take(take: Take, *, limit: int = PAGE_SIZE) -> list[HistoryEvent]:
    """Return the newest `limit` events of one take, newest first. Two queries."""
    return _events(Q(take=take), new_takes=[], limit=limit)


def of_shot(shot: Shot, *, limit: int = PAGE_SIZE) -> list[HistoryEvent]:
    """Return the newest `limit` events of all takes of a shot, including the arrival of takes. Three queries."""
    new_takes = Take.objects.filter(shot=shot).select_related("job__created_by").order_by("-created_at")
    return _events(Q(take__shot=shot), new_takes=new_takes[:limit], limit=limit)


def latest_verdicts(take: Take) -> list[Verdict]:
    """Return each member's latest verdict on a take, which counts unless it was withdrawn. One query."""
    by_members = Verdict.objects.filter(take=take, by__isnull=False)
    latest = by_members.order_by().values("by").annotate(of=Max("pk")).values("of")
    verdicts = by_members.filter(pk__in=latest).select_related("by")
    return list(verdicts.only("take", "decision", "reason", "withdrawn_at", "by__username"))


def _events(condition: Q, *, new_takes: Iterable[Take], limit: int) -> list[HistoryEvent]:
    events = [*map(_new_take, new_takes)]
    verdicts = Verdict.objects.filter(condition).select_related("take", "by", "guest")
    # By the last event of each: an old verdict may have been withdrawn just now.
    for verdict in verdicts.order_by(Coalesce("withdrawn_at", "at").desc(), "-pk")[:limit]:
        events += _verdict(verdict)
    resolved = Note.objects.filter(condition, resolved_at__isnull=False, deleted_at__isnull=True)
    resolved = resolved.select_related("take", "resolved_by", "resolved_by_take")
    events += map(_resolution, resolved.order_by("-resolved_at")[:limit])
    return sorted(events, key=attrgetter("at"), reverse=True)[:limit]


def _new_take(take: Take) -> HistoryEvent:
    return HistoryEvent(
        kind=Kind.NEW_TAKE,
        at=take.created_at,
        take=take,
        label=_("New take"),
        actor=str(take.job.created_by),
    )


def _verdict(verdict: Verdict) -> Iterator[HistoryEvent]:
    actor = str(verdict.by or verdict.guest or GONE)
    yield HistoryEvent(
        kind=Kind.VERDICT,
        at=verdict.at,
        take=verdict.take,
        label=verdict.get_decision_display(),
        actor=actor,
        is_guest=verdict.guest is not None,
        decision=verdict.decision,
        text=verdict.reason,
    )
    if verdict.withdrawn_at:
        yield HistoryEvent(
            kind=Kind.WITHDRAWN,
            at=verdict.withdrawn_at,
            take=verdict.take,
            label=_("Verdict withdrawn"),
            actor=actor,
        )


def _resolution(note: Note) -> HistoryEvent:
    return HistoryEvent(
        kind=Kind.RESOLVED,
        at=note.resolved_at or note.created_at,
        take=note.take,
        label=_("Note resolved"),
        actor=str(note.resolved_by or GONE),
        text=note.text,
        note=note,
        resolving_take=note.resolved_by_take,
    )
