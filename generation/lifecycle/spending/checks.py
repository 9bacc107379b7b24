"""The only place that decides whether jobs may be queued: permission, hourly rate and every spending limit.

All code that queues a job calls `authorize` first and gets a `Permit`; only a `Permit` writes ledger rows, and a job
without a ledger row is never sent. The check and the rows share one transaction under one lock for the whole
installation, so that two concurrent requests, even in different projects, cannot both spend the last dollar.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from generation.lifecycle.errors import CannotQueue, MayNotMake, OverLimit, TooManyJobs
from generation.lifecycle.spending import messages
from generation.models import Job, LedgerEntry
from generation.spending_limits import Allowance, allowances, binding
from library.models import Membership, Project
from library.models.projects import MAKERS

# An arbitrary advisory lock key, not used elsewhere.
LOCK = 0x6261636B6C6F74
HOUR = timedelta(hours=1)


class BeyondPermit(RuntimeError):
    """A programming error: a job was queued without authorization."""


@dataclass
class Permit:
    """An authorization by `authorize`, valid only in its transaction, for at most this many jobs and dollars."""

    project_id: int
    user_id: int
    takes: int
    usd: Decimal

    def charge(self, job: Job) -> None:
        """Write the ledger row of a job that was just queued. Raises BeyondPermit."""
        self.takes, self.usd = self.takes - 1, self.usd - job.estimate_usd
        is_same = (job.project_id, job.created_by_id) == (self.project_id, self.user_id)
        if not is_same or self.takes < 0 or self.usd < 0 or not connection.in_atomic_block:
            raise BeyondPermit(f"{job} was not authorized")
        LedgerEntry.objects.create(job=job, project_id=self.project_id, estimate_usd=job.estimate_usd)


def authorize(*, by: User, project: Project, estimates: Sequence[Decimal]) -> Permit:
    """Check everything that could forbid queueing jobs with these estimates, and hold the lock until the transaction
    ends. Call it after the transaction has locked all other rows and before it writes new ones.

    Raise MayNotMake, TooManyJobs or OverLimit; nothing has been written then.
    """
    _lock()
    if not may_make(by, project):
        raise MayNotMake(_("You may not make takes in this project."))
    usd = sum(estimates, Decimal(0))
    if refusal := find_refusal(by, allowances(by, project), usd=usd, takes=len(estimates)):
        raise refusal
    return Permit(project.pk, by.pk, len(estimates), usd)


def find_refusal(by: User, found: Sequence[Allowance], *, usd: Decimal, takes: int) -> CannotQueue | None:
    """Return what `authorize` would raise for jobs that cost this much together, given the limits that apply."""
    if too_many := _too_many(by, takes):
        return too_many
    tightest = binding(found)
    if tightest is None or usd <= tightest.left:
        return None
    return OverLimit(tightest.limit, messages.over_limit(tightest, by, usd=usd, takes=takes))


def may_make(by: Any, project: Project) -> bool:
    """Return whether the user may create takes in the project, read from the database."""
    makes = Membership.objects.filter(project=project, user=OuterRef("pk"), role__in=MAKERS)
    active = User.objects.filter(pk=by.pk, is_active=True)
    return active.filter(Q(is_superuser=True) | Exists(makes)).exists()


def _too_many(by: User, takes: int) -> TooManyJobs | None:
    most = settings.JOBS_PER_HOUR
    if not most:
        return None
    now = timezone.now()
    queued = LedgerEntry.objects.filter(job__created_by=by.pk, created_at__gt=now - HOUR)
    count = queued.count()
    surplus = count + takes - most
    if surplus <= 0:
        return None
    wait = HOUR
    if takes <= most:
        # This number of the oldest jobs must be more than an hour old before there is room.
        times = queued.order_by("created_at").values_list("created_at", flat=True)
        wait = times[surplus - 1] + HOUR - now
    seconds = max(1, ceil(wait.total_seconds()))
    text = messages.too_many_jobs(most, takes, queued=count, seconds=seconds)
    return TooManyJobs(text, retry_after=seconds)


def _lock() -> None:
    """Let only one transaction at a time authorize spending. SQLite has only one writer anyway.

    It must be the last lock that a transaction acquires: otherwise its holder could wait for a row of a transaction
    that waits for this lock (deadlock).
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("authorize needs a transaction")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
