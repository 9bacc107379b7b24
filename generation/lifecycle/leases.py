"""Leases: which worker processes a job, until when, and what makes its commits safe.

`next_step_at` is schedule and lease in one column, `lease_token` names the holder. A worker that died leaves its token
behind; the worker that claims the row after the lease lapsed counts it in `lapsed_leases`. A worker that was merely
slow finds at its commit that the token has changed, and discards its result.
"""

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Case, F, QuerySet, When
from django.utils import timezone
from django.utils.translation import override
from django_q.tasks import async_task

from generation.models import Job, JobEvent
from generation.models.job_codes import Event
from generation.models.jobs import JobQuerySet

log = logging.getLogger("backlot.jobs")
MAX_LAPSED_LEASES = 3
# How long a fact about money is retried while the database is unavailable, in seconds.
DB_RETRY_S, DB_RETRY_PAUSE_S = 60.0, 1.0


class LeaseLost(Exception):
    """Another worker has the job now; the caller must discard its result."""


@dataclass(frozen=True)
class Lease:
    """The exclusive right to take one job one step further; `status` is that at the claim or after a transition."""

    job_id: int
    token: str
    status: str


def claim(job_id: int, *statuses: Job.Status, seconds: float) -> Lease | None:
    """Claim a due job with one of these statuses; return None if it is not due or another worker has it."""
    leases = _claim(Job.objects.filter(pk=job_id, status__in=statuses), seconds=seconds, limit=1)
    return leases[0] if leases else None


def _claim(jobs: JobQuerySet, *, seconds: float, limit: int) -> list[Lease]:
    with transaction.atomic():
        # PostgreSQL skips rows that another worker is claiming; SQLite has a single writer.
        skip = connection.features.has_select_for_update_skip_locked
        due = jobs.due().select_for_update(skip_locked=skip).values_list("pk", "status")[:limit]
        found = list(due)
        token = write_claim([pk for pk, _ in found], seconds=seconds)
    return [Lease(pk, token, status) for pk, status in found]


def write_claim(job_ids: Sequence[int], *, seconds: float, **fields: Any) -> str:
    """Claim rows that the current transaction has locked and return the token of their leases.

    The token begins with the host's id, so that its supervisor can see whether its workers are busy.
    """
    token = f"{settings.WORKER_ID[:8]}{secrets.token_hex(12)}"
    lapsed = F("lapsed_leases") + Case(When(lease_token="", then=0), default=1)
    Job.objects.filter(pk__in=job_ids).update(
        lease_token=token,
        next_step_at=timezone.now() + timedelta(seconds=seconds),
        lapsed_leases=lapsed,
        **fields,
    )
    return token


def renew(lease: Lease, *, seconds: float) -> None:
    """Extend the lease during slow work. Raises LeaseLost."""
    if not locked_row(lease).update(next_step_at=timezone.now() + timedelta(seconds=seconds)):
        raise LeaseLost


def locked_row(lease: Lease) -> QuerySet[Job]:
    """Return the job as a queryset that is empty if the lease was lost."""
    return Job.objects.filter(pk=lease.job_id, status=lease.status, lease_token=lease.token)


def transition(
    lease: Lease, to: Job.Status, event: Event, *, after: float | None = None, **fields: Any
) -> None:
    """Commit a step and release the job: status, fields and event in one short transaction.

    `after` is the number of seconds until the next step is due, None if no step follows. Raises LeaseLost; nothing
    was written then.
    """
    with transaction.atomic():
        due = None if after is None else timezone.now() + timedelta(seconds=after)
        if not locked_row(lease).update(status=to, lease_token="", next_step_at=due, **fields):
            raise LeaseLost
        record_event(lease.job_id, to, event)


def transition_keeping_lease(lease: Lease, to: Job.Status, event: Event, **fields: Any) -> Lease:
    """Commit a step like `transition`, but return a lease for the new status. Raises LeaseLost."""
    with transaction.atomic():
        if not locked_row(lease).update(status=to, **fields):
            raise LeaseLost
        record_event(lease.job_id, to, event)
    return Lease(lease.job_id, lease.token, to)


def release(lease: Lease, *, after: float, **fields: Any) -> None:
    """Release a job in its present status, due again after this number of seconds. Raises LeaseLost."""
    due = timezone.now() + timedelta(seconds=after)
    if not locked_row(lease).update(lease_token="", next_step_at=due, **fields):
        raise LeaseLost


def release_all_of(host: str) -> int:
    """Release the jobs of a host whose processes have all been stopped, and return their number.

    They are due at once instead of when their leases lapse, and are not counted as crashes.
    """
    left = Job.objects.filter(status__in=Job.Status.active, lease_token__startswith=host)
    return left.update(lease_token="", next_step_at=timezone.now())


def retry_on_db_outage(write: Callable[[], None]) -> None:
    """Write a fact about money that only this worker knows, retrying while the database is unavailable.

    Raises the last error after `DB_RETRY_S` seconds; the row still says that a step was in progress then.
    """
    ends = time.monotonic() + DB_RETRY_S
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError):
            if time.monotonic() > ends:
                raise
            connection.close()
            time.sleep(DB_RETRY_PAUSE_S)


def record_event(job_id: int, status: str, event: Event, *, by: Any = None) -> None:
    """Add an entry to the job's event log."""
    entry = JobEvent.objects.create(job_id=job_id, status=status, code=event.code, data=event.data, by=by)
    with override("en"):
        log.info("job %s %s: %s", job_id, status, entry.text, extra={"job": job_id})


def wake(task: str, job_id: int) -> None:
    """Queue a task for the job once the current transaction is committed.

    The row stays due: if the queue is unavailable, the error is logged and the sweep finds the row.
    """
    transaction.on_commit(lambda: async_task(f"generation.tasks.{task}", job_id), robust=True)
