"""The order in which queued jobs are submitted, and claiming the next one.

By priority, then fairly between projects (as if each project submitted one job at a time), then by age. Jobs of paused
projects and deactivated users are skipped. The database computes the order, so all hosts agree on it; when two workers
want the same job, one of them gets it.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import Case, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from generation.lifecycle.leases import Lease, claim
from generation.lifecycle.queue.pause import is_gateway_paused
from generation.models import Job, Production

Status = Job.Status
IN_FLIGHT = (Status.SUBMITTING, Status.RUNNING)
# More than the workers of one host that may want a job at the same time; a worker that gets none of them reads again.
CANDIDATES = 10
# Queue positions beyond this are not computed: an exact one would mean little to the user.
MAX_POSITION = 1000


def claim_next(*, seconds: float) -> Lease | None:
    """Claim the next due job for `seconds`; return None if no job may be sent now."""
    while candidates := due_jobs(CANDIDATES):
        for job_id in candidates:
            if lease := claim(job_id, Status.QUEUED, seconds=seconds):
                return lease
    return None


def due_jobs(limit: int) -> list[int]:
    """Return the keys of the first `limit` jobs that may be sent now, in order."""
    return _first(_ordered_queue(Q(next_step_at__lte=timezone.now())), limit)


def next_estimate() -> Decimal:
    """Return the estimated cost (US dollars) of the first job in the queue, due or not; 0 if the queue is empty."""
    first = _first(_ordered_queue(Q()), 1)
    return Job.objects.values_list("estimate_usd", flat=True).get(pk=first[0]) if first else Decimal(0)


def queue_positions(jobs: Iterable[Job]) -> dict[int, int]:
    """Return the number of jobs ahead of each of these jobs that is queued, by its key.

    Jobs beyond `MAX_POSITION`, of a paused project or of a deactivated user are left out.
    """
    queued = {job.pk for job in jobs if job.status == Status.QUEUED}
    if not queued:
        return {}
    first = _first(_ordered_queue(Q()), MAX_POSITION)
    return {pk: position for position, pk in enumerate(first) if pk in queued}


def not_dispatchable() -> Q:
    """Match queued jobs that must not be sent now: sending is paused globally, for their project or for their user."""
    queued = Q(status=Status.QUEUED)
    return queued if is_gateway_paused() else queued & _is_blocked()


def _ordered_queue(condition: Q) -> QuerySet[Job, tuple[int, int]]:
    """Return (key, 1) of queued jobs that meet the condition in their order, followed by (key, 0) of jobs in flight.

    A job's `turn` is its number within its project, counting those in flight first. The query reads only an index of
    unfinished jobs, so finished ones cost nothing.
    """
    waits = Case(When(status=Status.QUEUED, then=Value(1)), default=Value(0))
    turn = Window(RowNumber(), partition_by=F("project"), order_by=["waits", "-priority", "pk"])
    unfinished = Job.objects.filter(status__in=[Status.QUEUED, *IN_FLIGHT], next_step_at__isnull=False)
    counted = unfinished.filter(Q(status__in=IN_FLIGHT) | condition & ~_is_blocked())
    ordered = counted.annotate(waits=waits).annotate(turn=turn).order_by("-waits", "-priority", "turn", "pk")
    return ordered.values_list("pk", "waits")


def _first(ordered: QuerySet[Job, tuple[int, int]], limit: int) -> list[int]:
    return [pk for pk, waits in ordered[:limit] if waits]


def _is_blocked() -> Q:
    """Match jobs of paused projects and of deactivated users, whose queued jobs must not spend money."""
    paused = Production.objects.filter(paused_at__isnull=False)
    inactive = User.objects.filter(is_active=False)
    return Q(project__in=paused.values("project")) | Q(created_by__in=inactive.values("pk"))
