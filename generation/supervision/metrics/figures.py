"""How the house does, in figures: read from the rows in a handful of queries, however many jobs there are.

`/metrics` writes them for a program, the admin's first page for a person; `/readyz` asks for some of them.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils import timezone
from django_q.brokers import get_broker
from redis.exceptions import RedisError

from generation import gateway
from generation.ledger.totals import exact
from generation.lifecycle.poll.heartbeats import heartbeats
from generation.lifecycle.queue import dispatch, rate_limit
from generation.models import GatewayState, Job, JobEvent, LedgerEntry

Status = Job.Status
ALIVE = timedelta(seconds=15)  # a host that has swept since then is there
LATELY = timedelta(hours=1)


@dataclass(frozen=True)
class Overdue:
    """The step that has been due for longest: of which job, in which state, for how many seconds."""

    job: str
    status: str
    seconds: float


@dataclass(frozen=True)
class Ended:
    """What ended within the last hour: takes, failures by their code, and the questions asked about all of them."""

    stored: int
    failures: dict[str, int]
    polls: int

    @property
    def failed(self) -> int:
        return sum(self.failures.values())

    @property
    def error_rate(self) -> float:
        """The share of failures among what brought a take or failed, 0 to 1; 0 when nothing ended."""
        return self.failed / max(1, self.failed + self.stored)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """At one moment; times in seconds, money in US dollars.

    What does not exist is None: the age of a heartbeat before the first one, the queue's length while it is away.
    """

    jobs: dict[str, int]
    needs_attention: int
    oldest_waiting: float
    overdue: Overdue | None
    heartbeat_age: float | None
    hosts: int
    budget_spent: float
    is_paused: bool
    uncertain_usd: Decimal
    ended: Ended
    messages: int | None


def read() -> Figures:
    """All of them. Raises the database's errors."""
    state = GatewayState.objects.filter(base_url=settings.SKYREELS_BASE_URL).first()
    seen = [beat for beat in heartbeats().values_list("beat_at", flat=True) if beat]
    counted = dict(Job.objects.order_by().values_list("status").annotate(Count("pk")))
    return Figures(
        jobs={status.value: counted.get(status.value, 0) for status in Status},
        needs_attention=Job.objects.needs_attention().count(),
        oldest_waiting=oldest_waiting(),
        overdue=oldest_overdue(),
        heartbeat_age=_since(max(seen)) if seen else None,
        hosts=sum(beat > timezone.now() - ALIVE for beat in seen),
        budget_spent=rate_limit.spent_share(state.budget_spent_until if state else 0, now=time.time()),
        is_paused=bool(state and state.paused_at),
        uncertain_usd=_uncertain(),
        ended=ended_lately(),
        messages=_messages(),
    )


def ended_lately() -> Ended:
    """In one query over the index of what has ended."""
    ended = Job.objects.filter(finished_at__gte=timezone.now() - LATELY).order_by()
    stored, polls, failures = 0, 0, Counter[str]()
    rows = ended.values_list("status", "error_code").annotate(Count("pk"), Sum("polls"))
    for status, code, jobs, asked in rows:
        polls += asked
        if status == Status.SUCCEEDED:
            stored += jobs
        elif status == Status.FAILED:
            failures[code or "none"] += jobs
    return Ended(stored, dict(failures), polls)


def oldest_overdue() -> Overdue | None:
    """Of all that a worker could take on now. What rests behind a pause or belongs to another gateway is not due.

    A waiting job is in a line: it counts as overdue only since the line last moved.
    """
    begun = Q(status__in=[Status.SUBMITTING, Status.STORING])
    running = Q(status=Status.RUNNING, **gateway.present_gateway())
    found = [
        *_first_due(Job.objects.filter(begun | running)),
        *_first_due(
            Job.objects.filter(status=Status.QUEUED).exclude(dispatch.not_dispatchable()), _line_moved
        ),
    ]
    return max(found, key=lambda one: one.seconds, default=None)


def _first_due(
    jobs: QuerySet[Job], not_before: Callable[[], datetime | None] = lambda: None
) -> list[Overdue]:
    first = jobs.filter(next_step_at__lte=timezone.now()).order_by("next_step_at")
    due = first.values_list("uuid", "status", "next_step_at").first()
    if due is None or due[2] is None:
        return []
    since = max(due[2], not_before() or due[2])
    return [Overdue(str(due[0]), due[1], _since(since))]


def _line_moved() -> datetime | None:
    events = JobEvent.objects.filter(status=Status.SUBMITTING).order_by("-pk")
    return events.values_list("at", flat=True).first()


def oldest_waiting() -> float:
    """Since it was queued, back-offs included; what rests behind a pause waits for a person and is left out."""
    waiting = Job.objects.filter(status=Status.QUEUED).exclude(dispatch.not_dispatchable())
    queued = waiting.aggregate(first=Min("ledger__created_at"))["first"]
    return _since(queued) if queued else 0.0


def _uncertain() -> Decimal:
    uncertain = LedgerEntry.objects.filter(state=LedgerEntry.State.UNCERTAIN)
    return exact(uncertain.aggregate(total=Sum("estimate_usd"))["total"])


def _messages() -> int | None:
    """In the queue that all hosts share; whether it is well is another question."""
    try:
        return int(get_broker().queue_size())
    except RedisError:
        return None


def _since(moment: datetime) -> float:
    return max(0.0, (timezone.now() - moment) / timedelta(seconds=1))
