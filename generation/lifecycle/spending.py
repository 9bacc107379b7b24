"""The one place that decides whether jobs may be queued: the right to make things, the rate, and every limit in money.

Whatever queues a job asks `authorize` first and gets a `Permit`, which alone writes rows of the ledger; a job without
such a row is never sent. The check and the rows are one transaction under one lock for the whole installation, so that
two requests at once, in whatever projects, cannot both take the last dollar of the cap.
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

from generation.lifecycle import spending_texts
from generation.lifecycle.refusals import CannotQueue, MayNotMake, OverLimit, TooManyJobs
from generation.limits import Allowance, allowances, binding
from generation.models import Job, LedgerEntry
from library.models import Membership, Project
from library.models.projects import MAKERS

# Any number that nothing else in the database locks by.
LOCK = 0x6261636B6C6F74
HOUR = timedelta(hours=1)


class BeyondPermit(RuntimeError):
    """A programming error: a job was to be queued that was not authorized."""


@dataclass
class Permit:
    """What `authorize` granted: for the transaction in which it did, and for no more jobs or dollars."""

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
    """Check everything that could stand against queueing jobs of these estimates, and hold the lock until the
    transaction ends. Call it after every row that the transaction locks besides, and before it writes new ones.

    Raises MayNotMake, TooManyJobs, OverLimit; then nothing was written.
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
    return OverLimit(tightest.limit, spending_texts.over_limit(tightest, by, usd=usd, takes=takes))


def may_make(by: Any, project: Project) -> bool:
    """Whether the user may make things in the project, as the database has it now."""
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
        # So many of the oldest have to be more than an hour ago.
        times = queued.order_by("created_at").values_list("created_at", flat=True)
        wait = times[surplus - 1] + HOUR - now
    seconds = max(1, ceil(wait.total_seconds()))
    text = spending_texts.too_many_jobs(most, takes, queued=count, seconds=seconds)
    return TooManyJobs(text, retry_after=seconds)


def _lock() -> None:
    """Let one transaction at a time decide about money. On SQLite every transaction that writes is alone anyway.

    It is the last lock that a transaction takes: nobody who holds it waits for a row of somebody who waits for it.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("authorize needs a transaction")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
