"""Operational metrics, read from the database in a handful of queries whatever the number of jobs.

`/metrics` exports them, the start page of the admin displays them, and `/readyz` uses some of them.
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
ALIVE = timedelta(seconds=15)  # a host that has swept within this time is running
LATELY = timedelta(hours=1)


@dataclass(frozen=True)
class Overdue:
    """The step that has been overdue longest: its job, the job's status, and the number of seconds."""

    job: str
    status: str
    seconds: float


@dataclass(frozen=True)
class Ended:
    """Jobs that ended within the last hour: stored takes, failures by error code, and the polls for all of them."""

    stored: int
    failures: dict[str, int]
    polls: int

    @property
    def failed(self) -> int:
        return sum(self.failures.values())

    @property
    def error_rate(self) -> float:
        """Return the share of failures among stored and failed jobs, 0 to 1; 0 if there are none."""
        return self.failed / max(1, self.failed + self.stored)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """All metrics at one moment; times in seconds, amounts in US dollars.

    `heartbeat_age` is None before the first heartbeat, `messages` is None while the broker is unavailable.
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
    """Read all metrics. Raise `django.db.Error`."""
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
    """Count the jobs that ended within the last hour, in one query over the index of ended jobs."""
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
    """Return the longest overdue step of those that a worker could claim now, or None.

    Paused jobs and jobs of other providers are not due. Queued jobs wait for each other, so they count as overdue
    only since the last job left the queue.
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
    """Return the seconds since the oldest waiting job was queued, back-offs included; 0 if none waits.

    Paused jobs wait for a user and do not count.
    """
    waiting = Job.objects.filter(status=Status.QUEUED).exclude(dispatch.not_dispatchable())
    queued = waiting.aggregate(first=Min("ledger__created_at"))["first"]
    return _since(queued) if queued else 0.0


def _uncertain() -> Decimal:
    uncertain = LedgerEntry.objects.filter(state=LedgerEntry.State.UNCERTAIN)
    return exact(uncertain.aggregate(total=Sum("estimate_usd"))["total"])


def _messages() -> int | None:
    """Return the number of messages in the queue that all hosts share, None while Redis is unavailable."""
    try:
        return int(get_broker().queue_size())
    except RedisError:
        return None


def _since(moment: datetime) -> float:
    return max(0.0, (timezone.now() - moment) / timedelta(seconds=1))
