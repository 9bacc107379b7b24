"""Submit: from QUEUED to RUNNING, or to what the outcome says.

The request is frozen on the row in the same UPDATE that says SUBMITTING, and committed right before it is sent. Three
outcomes: surely not sent (back to QUEUED), surely refused (FAILED), unknown. Where the gateway honours idempotency
keys an unknown outcome is resolved by sending the same bytes with the same key; otherwise a person decides.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from generation import composition, gateway
from generation.lifecycle.leases import (
    MAX_TAKEOVERS,
    Lease,
    LeaseLost,
    claim,
    log,
    release,
    transition,
    transition_keeping_lease,
)
from generation.lifecycle.queue import dispatch, pause, rate_limit
from generation.lifecycle.submit.outcomes import LEFT_SUBMITTING, PAUSED_LOOK_AGAIN, conclude, never_left
from generation.lifecycle.transitions import fail, hold
from generation.models import Job, LedgerEntry
from generation.skyreels import errors
from generation.skyreels.schemas import InvalidRequest, Submitted

Status = Job.Status
# Longer than connect and read time-outs together, so that a live worker is never overtaken.
LEASE_SECONDS = 30.0
BUDGET_LOOK_AGAIN = 2.0
# The gateway keeps an idempotency key for 24 hours (skyreels-api.md, section 5).
KEY_LIFE = timedelta(hours=20)


def submit_next(woken: int) -> None:
    """Answer a wake-up: go on with that job if a worker left it while submitting, else send whichever job's turn it is.

    Without a request to spare nothing is claimed: the first in the line stays the first. What is due stays due, and
    the sweep wakes again.
    """
    if Job.objects.due().filter(pk=woken, status=Status.SUBMITTING).exists():
        submit_job(woken)
    elif not pause.is_gateway_paused() and dispatch.due_jobs(1) and rate_limit.acquire(1):
        lease = dispatch.claim_next(seconds=LEASE_SECONDS)
        if lease is not None:
            _take(lease, is_granted=True)


def submit_job(job_id: int) -> None:
    """Take this job to the provider whatever its turn, or go on where a worker died while submitting it."""
    lease = claim(job_id, Status.QUEUED, Status.SUBMITTING, seconds=LEASE_SECONDS)
    if lease is not None:
        _take(lease, is_granted=False)


def _take(lease: Lease, *, is_granted: bool) -> None:
    """`is_granted` says that a request of the budget was taken for it already."""
    try:
        job = Job.objects.select_related("ledger").get(pk=lease.job_id)
        if lease.status == Status.SUBMITTING:
            _resume(lease, job)
        else:
            _start(lease, job, is_granted=is_granted)
    except LeaseLost:
        log.info("job %s: another worker went on with it", lease.job_id, extra={"job": lease.job_id})


def _start(lease: Lease, job: Job, *, is_granted: bool) -> None:
    if not _is_charged(job):
        _refuse_uncharged(lease)
    elif job.lapsed_leases >= MAX_TAKEOVERS:
        reason = f"{MAX_TAKEOVERS} workers stopped before they sent this job. It may be what stops them."
        # An earlier try that was surely not sent is no reason to doubt.
        hold(lease, f"{reason} Nothing was sent.", money=LedgerEntry.State.ESTIMATED, frozen_at=None)
    elif Job.objects.filter(dispatch.not_dispatchable(), pk=job.pk).exists():
        release(lease, after=0, lapsed_leases=0)
    elif not is_granted and not rate_limit.acquire(1):
        release(lease, after=BUDGET_LOOK_AGAIN, lapsed_leases=0)
    else:
        tried = job.attempts
        if (sending := _freeze(lease, job)) is not None:
            _send(sending, job, tried=tried)


def _is_charged(job: Job) -> bool:
    """Return whether this job has a ledger row. Only `spending.authorize` leads to one, so code that queues a job
    without authorization cannot send it."""
    entry = getattr(job, "ledger", None)
    return entry is not None and entry.state != LedgerEntry.State.REFUNDED


def _refuse_uncharged(lease: Lease) -> None:
    text = "It was queued without being charged to a budget, so it was not sent. You were not charged."
    log.error(
        "job %s has no amount in the ledger and was not sent", lease.job_id, extra={"job": lease.job_id}
    )
    now = timezone.now()
    transition(lease, Status.FAILED, text, finished_at=now, error_code="not_authorized", error_message=text)


def _resume(lease: Lease, job: Job) -> None:
    """An earlier try with these bytes and this key may have arrived or not: only the same key is safe."""
    key_is_alive = job.frozen_at is not None and timezone.now() - job.frozen_at < KEY_LIFE
    same_gateway = Job.objects.filter(pk=job.pk, **gateway.present_gateway()).exists()
    if not settings.SKYREELS_IDEMPOTENT or not key_is_alive or not same_gateway:
        hold(lease, LEFT_SUBMITTING)
    elif job.lapsed_leases >= MAX_TAKEOVERS:
        hold(lease, f"{MAX_TAKEOVERS} workers stopped while submitting this job. It may be what stops them.")
    elif pause.is_gateway_paused():
        release(lease, after=PAUSED_LOOK_AGAIN, lapsed_leases=0)
    elif not rate_limit.acquire(1):
        release(lease, after=BUDGET_LOOK_AGAIN, lapsed_leases=0)
    else:
        _send(lease, job, tried=job.attempts, doubted=True)


def _freeze(lease: Lease, job: Job) -> Lease | None:
    """Write the exact bytes, where they go and under which key, together with SUBMITTING. None: it is not to be sent.

    The job has them too: were it read again, a database that goes away right then would leave it in doubt for nothing.
    One that goes away at this very commit leaves it unknown what the row says, and nothing was sent.
    From here on `attempts` counts the tries that may have arrived: those before surely did not.
    """
    hook_token = secrets.token_urlsafe(32) if gateway.calls_back() else ""
    try:
        body = composition.freeze(job.plan or {}, webhook=gateway.hook_url(hook_token))
    except InvalidRequest as refusal:
        first = refusal.problems[0]
        fail(
            lease,
            composition.message_of(first),
            code="invalid_parameter",
            param=first.field,
            money=LedgerEntry.State.REFUNDED,
        )
        return None
    frozen = {
        "request_body": body,
        "hook_token": hook_token,
        # A new body needs a new key: the old one would be refused as reused.
        "idempotency_key": f"backlot-{job.uuid}-{secrets.token_hex(8)}",
        "provider": gateway.provider_name(),
        "base_url": settings.SKYREELS_BASE_URL,
        "frozen_at": timezone.now(),
        "attempts": 0,
        "lapsed_leases": 0,
    }
    tried = job.attempts
    for name, value in frozen.items():
        setattr(job, name, value)
    try:
        return transition_keeping_lease(
            lease, Status.SUBMITTING, "Request frozen, sending it to the provider.", **frozen
        )
    except (OperationalError, InterfaceError):
        never_left(lease, job, tried=tried)
        return None


def _send(lease: Lease, job: Job, *, tried: int, doubted: bool = False) -> None:
    """One POST, and what it came to."""
    outcome: Submitted | errors.SkyReelsError
    try:
        with gateway.client() as client:
            outcome = client.submit(bytes(job.request_body or b""), idempotency_key=job.idempotency_key)
    except errors.SkyReelsError as error:
        outcome = error
    conclude(lease, job, outcome, tried=tried, doubted=doubted)
