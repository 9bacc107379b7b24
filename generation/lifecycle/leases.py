"""Leases: who works on a job now, for how long, and what makes a commit safe.

`next_step_at` is schedule and lease in one column, `lease_token` says whose it is. A worker that died leaves its
token behind; whoever claims the row after the lease lapsed counts it as a takeover. A worker that was merely slow
finds at its commit that the token is no longer its own, and drops what it did.
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
from django.db.models import Case, F, When
from django.utils import timezone
from django_q.tasks import async_task

from generation.models import Job, JobEvent

log = logging.getLogger("backlot.jobs")
MAX_TAKEOVERS = 3
# Seconds for which a fact about money waits for a database that is away, and the pause between two tries.
PATIENCE, PAUSE = 60.0, 1.0


class LeaseLost(Exception):
    """Somebody else goes on with this job: what was done here is dropped."""


@dataclass(frozen=True)
class Lease:
    """The right to take one job one step further; `status` is the one it was claimed or last moved to."""

    job_id: int
    token: str
    status: str


def claim(job_id: int, *statuses: Job.Status, seconds: float) -> Lease | None:
    """Claim a due job that has one of these states, or None when it is not due, not so, or another's."""
    lease = _claim(Job.objects.filter(pk=job_id, status__in=statuses), seconds=seconds, most=1)
    return lease[0] if lease else None


def _claim(jobs: Any, *, seconds: float, most: int) -> list[Lease]:
    with transaction.atomic():
        # PostgreSQL passes over rows that another worker is just claiming; SQLite has one writer at a time.
        skip = connection.features.has_select_for_update_skip_locked
        due = jobs.due().select_for_update(skip_locked=skip).values_list("pk", "status")[:most]
        found = list(due)
        token = write_claim([pk for pk, _ in found], seconds=seconds)
    return [Lease(pk, token, status) for pk, status in found]


def write_claim(job_ids: Sequence[int], *, seconds: float, **fields: Any) -> str:
    """Make rows that are locked, in the present transaction, this worker's own: the token of their leases.

    It begins with the name of the host, whose supervisor wants to know whether its workers are busy.
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
    """Keep a job for longer while slow work goes on. Raises LeaseLost when it is no longer ours."""
    if not locked_row(lease).update(next_step_at=timezone.now() + timedelta(seconds=seconds)):
        raise LeaseLost


def locked_row(lease: Lease) -> Any:
    """The job as a queryset, fenced: empty when the lease was lost."""
    return Job.objects.filter(pk=lease.job_id, status=lease.status, lease_token=lease.token)


def transition(lease: Lease, to: Job.Status, text: str, *, after: float | None = None, **fields: Any) -> None:
    """Commit a step: state, fields and the line of the story in one short transaction, and let go of the job.

    `after` is the number of seconds until the next step is due, None when nothing follows by itself. Raises
    LeaseLost when the job is no longer ours; then nothing was written.
    """
    with transaction.atomic():
        due = None if after is None else timezone.now() + timedelta(seconds=after)
        changed = locked_row(lease).update(status=to, lease_token="", next_step_at=due, **fields)
        if not changed:
            raise LeaseLost
        record_event(lease.job_id, to, text)


def transition_keeping_lease(lease: Lease, to: Job.Status, text: str, **fields: Any) -> Lease:
    """Commit a step like `move`, but keep the job: the lease for the next state. Raises LeaseLost."""
    with transaction.atomic():
        if not locked_row(lease).update(status=to, **fields):
            raise LeaseLost
        record_event(lease.job_id, to, text)
    return Lease(lease.job_id, lease.token, to)


def release(lease: Lease, *, after: float, **fields: Any) -> None:
    """Release a job in the state it has; it is due again after so many seconds. Nothing worth telling happened."""
    due = timezone.now() + timedelta(seconds=after)
    if not locked_row(lease).update(lease_token="", next_step_at=due, **fields):
        raise LeaseLost


def release_all_of(host: str) -> int:
    """Let go of what a host held when it was stopped, none of whose processes lives any more; how many jobs that were.

    They are due at once instead of when their leases lapse, and it is no crash that one of them may have caused.
    """
    left = Job.objects.filter(status__in=Job.Status.active, lease_token__startswith=host)
    return left.update(lease_token="", next_step_at=timezone.now())


def retry_on_db_outage(write: Callable[[], None]) -> None:
    """Write down a fact about money, also when the database is away for the moment: nobody else knows it.

    Raises what the last try raised when it stays away; then the row still tells that something was under way.
    """
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError):
            if time.monotonic() > ends:
                raise
            connection.close()
            time.sleep(PAUSE)


def record_event(job_id: int, status: str, text: str, *, by: Any = None) -> None:
    """Add a line to the job's story."""
    JobEvent.objects.create(job_id=job_id, status=status, text=text, by=by)
    log.info("job %s %s: %s", job_id, status, text, extra={"job": job_id})


def wake(task: str, job_id: int) -> None:
    """Ask a worker to look at the job once the present transaction is committed.

    Only a wake-up: if the queue cannot be reached, the error is logged and the sweep finds the row.
    """
    transaction.on_commit(lambda: async_task(f"generation.tasks.{task}", job_id), robust=True)
