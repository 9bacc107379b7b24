"""Whose turn it is: the order in which waiting jobs go to the provider.

First by priority; then fairly between projects, the one with the fewest jobs at the provider first, as if each took
one at a time; then the oldest. What rests behind a pause is not in the line. The database orders, so that workers on
any number of hosts agree; what two of them want at once, one of them gets.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import Case, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from generation.lifecycle.leases import Lease, claim
from generation.lifecycle.queue import rate_limit
from generation.models import Job, Production

Status = Job.Status
IN_FLIGHT = (Status.SUBMITTING, Status.RUNNING)
# More than workers on one host that look at the same moment; who comes too late for all of them looks again.
CANDIDATES = 10
# Behind so many the place in the line says nothing more.
LONGEST = 1000


def claim_next(*, seconds: float) -> Lease | None:
    """Claim the job whose turn it is, or None when nothing may be sent now."""
    while candidates := due(CANDIDATES):
        for job_id in candidates:
            if lease := claim(job_id, Status.QUEUED, seconds=seconds):
                return lease
    return None


def due(most: int) -> list[int]:
    """The keys of the first of those that may be sent now."""
    return _first(_line(Q(next_step_at__lte=timezone.now())), most)


def next_estimate() -> Decimal:
    """What the first in the line costs in US dollars, due or not; 0 when nobody waits."""
    first = _first(_line(Q()), 1)
    return Job.objects.values_list("estimate_usd", flat=True).get(pk=first[0]) if first else Decimal(0)


def places(jobs: Iterable[Job]) -> dict[int, int]:
    """For each of these jobs that waits in the line (key of the job): how many go before it as things stand.

    Jobs behind more than `LONGEST`, of a paused project or of a deactivated user are left out.
    """
    waiting = {job.pk for job in jobs if job.status == Status.QUEUED}
    if not waiting:
        return {}
    return {pk: place for place, pk in enumerate(_first(_line(Q()), LONGEST)) if pk in waiting}


def resting() -> Q:
    """Return the waiting jobs that need no wake-up: sending is paused globally, for their project or for their user."""
    waiting = Q(status=Status.QUEUED)
    return waiting if rate_limit.is_paused() else waiting & _stopped()


def _line(waiting: Q) -> QuerySet[Job, tuple[int, int]]:
    """Key and 1 for those that wait, in their order; behind them, with 0, those in flight, which only count.

    A job's `turn` is its number among its project's jobs, those in flight first. One pass over an index that holds
    what is unfinished alone: jobs that have ended cost nothing.
    """
    waits = Case(When(status=Status.QUEUED, then=Value(1)), default=Value(0))
    turn = Window(RowNumber(), partition_by=F("project"), order_by=["waits", "-priority", "pk"])
    unfinished = Job.objects.filter(status__in=[Status.QUEUED, *IN_FLIGHT], next_step_at__isnull=False)
    counted = unfinished.filter(Q(status__in=IN_FLIGHT) | waiting & ~_stopped())
    ordered = counted.annotate(waits=waits).annotate(turn=turn).order_by("-waits", "-priority", "turn", "pk")
    return ordered.values_list("pk", "waits")


def _first(line: QuerySet[Job, tuple[int, int]], most: int) -> list[int]:
    return [pk for pk, waits in line[:most] if waits]


def _stopped() -> Q:
    """Match jobs of paused projects and of deactivated users, whose queued jobs must not spend money."""
    paused = Production.objects.filter(paused_at__isnull=False)
    inactive = User.objects.filter(is_active=False)
    return Q(project__in=paused.values("project")) | Q(created_by__in=inactive.values("pk"))
