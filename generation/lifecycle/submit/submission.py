"""Submit a job: from QUEUED to RUNNING, or to whatever the result of the request calls for.

The request is frozen on the row in the same UPDATE that sets SUBMITTING, and that is committed right before the
request is sent. There are three outcomes: certainly not sent (back to QUEUED), certainly refused (FAILED), unknown.
Where the gateway honours idempotency keys, an unknown outcome is resolved by sending the same bytes with the same key;
otherwise a user decides. `outcomes` records the result.

Read from top to bottom: choose and claim a job, freeze its request, send it.
"""

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.translation import override

from generation import composition, gateway
from generation.lifecycle.leases import (
    MAX_LAPSED_LEASES,
    Lease,
    LeaseLost,
    claim,
    log,
    release,
    transition_keeping_lease,
)
from generation.lifecycle.queue import dispatch, pause, rate_limit
from generation.lifecycle.submit.outcomes import PAUSE_RECHECK_S, apply_submit_result, requeue_unsent
from generation.lifecycle.transitions import fail, fail_uncharged, hold
from generation.models import Job, LedgerEntry
from generation.models.job_codes import Event, EventCode, Hold, HoldCode
from generation.skyreels import errors
from generation.skyreels.schemas import InvalidRequest, Submitted

Status = Job.Status
# Longer than the connect and read time-outs together, so that the lease of a live worker never lapses.
LEASE_SECONDS = 30.0
BUDGET_RECHECK_S = 2.0
# The gateway keeps an idempotency key for 24 hours (skyreels-api.md, section 5).
KEY_LIFE = timedelta(hours=20)


def submit_next(woken: int) -> None:
    """Resume the given job if a worker left it while submitting, otherwise send the job that is next in the queue.

    Without a request left in the budget nothing is claimed, so the order of the queue is kept; the sweep queues the
    task again.
    """
    if Job.objects.due().filter(pk=woken, status=Status.SUBMITTING).exists():
        submit_job(woken)
    elif not pause.is_gateway_paused() and dispatch.due_jobs(1) and rate_limit.acquire(1):
        lease = dispatch.claim_next(seconds=LEASE_SECONDS)
        if lease is not None:
            _process(lease, has_budget=True)


def submit_job(job_id: int) -> None:
    """Send this job whatever its place in the queue, or resume it if a worker died while submitting it."""
    lease = claim(job_id, Status.QUEUED, Status.SUBMITTING, seconds=LEASE_SECONDS)
    if lease is not None:
        _process(lease, has_budget=False)


def _process(lease: Lease, *, has_budget: bool) -> None:
    """`has_budget` says that a request of the rate limit was acquired for the job already."""
    try:
        job = Job.objects.select_related("ledger").get(pk=lease.job_id)
        if lease.status == Status.SUBMITTING:
            _resume(lease, job)
        else:
            _start(lease, job, has_budget=has_budget)
    except LeaseLost:
        log.info("job %s: another worker continued with it", lease.job_id, extra={"job": lease.job_id})


def _start(lease: Lease, job: Job, *, has_budget: bool) -> None:
    if not _is_charged(job):
        log.error("job %s has no ledger row and was not sent", job.pk, extra={"job": job.pk})
        fail_uncharged(lease)
    elif job.lapsed_leases >= MAX_LAPSED_LEASES:
        # Nothing was sent, so the estimate still applies and no key is valid any more.
        reason = Hold(HoldCode.CRASHED_BEFORE_SUBMIT, {"workers": MAX_LAPSED_LEASES})
        hold(lease, reason, money=LedgerEntry.State.ESTIMATED, frozen_at=None)
    elif Job.objects.filter(dispatch.not_dispatchable(), pk=job.pk).exists():
        release(lease, after=0, lapsed_leases=0)
    elif not has_budget and not rate_limit.acquire(1):
        release(lease, after=BUDGET_RECHECK_S, lapsed_leases=0)
    else:
        tried = job.attempts
        if (submitting := _freeze(lease, job)) is not None:
            _send(submitting, job, tried=tried)


def _is_charged(job: Job) -> bool:
    """Return whether this job has a ledger row. Only `spending.authorize` leads to one, so code that queues a job
    without authorization cannot send it."""
    entry = getattr(job, "ledger", None)
    return entry is not None and entry.state != LedgerEntry.State.REFUNDED


def _resume(lease: Lease, job: Job) -> None:
    """Resend with the same key, since an earlier attempt may have arrived; hold the job if the key is no longer
    valid."""
    if not _is_key_valid(job):
        hold(lease, Hold(HoldCode.SUBMIT_INTERRUPTED))
    elif job.lapsed_leases >= MAX_LAPSED_LEASES:
        hold(lease, Hold(HoldCode.CRASHED_SUBMITTING, {"workers": MAX_LAPSED_LEASES}))
    elif pause.is_gateway_paused():
        release(lease, after=PAUSE_RECHECK_S, lapsed_leases=0)
    elif not rate_limit.acquire(1):
        release(lease, after=BUDGET_RECHECK_S, lapsed_leases=0)
    else:
        _send(lease, job, tried=job.attempts, is_retry=True)


def _is_key_valid(job: Job) -> bool:
    """Return whether the configured gateway will recognise the job's idempotency key."""
    is_young = job.frozen_at is not None and timezone.now() - job.frozen_at < KEY_LIFE
    is_same_gateway = Job.objects.filter(pk=job.pk, **gateway.present_gateway()).exists()
    return settings.SKYREELS_IDEMPOTENT and is_young and is_same_gateway


def _freeze(lease: Lease, job: Job) -> Lease | None:
    """Write the exact bytes, their destination and key together with SUBMITTING; return None if it must not be sent.

    The job instance gets them too: reading it again could fail, which would leave the outcome unclear for nothing. If
    the database fails at this commit, the row is in either state and nothing was sent.
    From here on `attempts` counts tries that may have arrived; those before certainly did not.
    """
    hook_token = secrets.token_urlsafe(32) if gateway.calls_back() else ""
    try:
        body = composition.freeze(job.plan or {}, webhook=gateway.hook_url(hook_token))
    except InvalidRequest as refusal:
        _fail_invalid(lease, refusal)
        return None
    tried, frozen = job.attempts, _frozen_fields(job, body, hook_token)
    for name, value in frozen.items():
        setattr(job, name, value)
    try:
        return transition_keeping_lease(lease, Status.SUBMITTING, Event(EventCode.SUBMITTING), **frozen)
    except (OperationalError, InterfaceError):
        requeue_unsent(lease, job, tried=tried)
        return None


def _frozen_fields(job: Job, body: bytes, hook_token: str) -> dict[str, Any]:
    return {
        "request_body": body,
        "hook_token": hook_token,
        # A new body needs a new key: the gateway refuses a key that comes with another body.
        "idempotency_key": f"backlot-{job.uuid}-{secrets.token_hex(8)}",
        "provider": gateway.provider_name(),
        "base_url": settings.SKYREELS_BASE_URL,
        "frozen_at": timezone.now(),
        "attempts": 0,
        "lapsed_leases": 0,
    }


def _fail_invalid(lease: Lease, refusal: InvalidRequest) -> None:
    first = refusal.problems[0]
    with override("en"):
        event = Event(EventCode.INVALID_REQUEST, {"message": composition.message_of(first)})
    fail(lease, event, code="invalid_parameter", param=first.field, money=LedgerEntry.State.REFUNDED)


def _send(lease: Lease, job: Job, *, tried: int, is_retry: bool = False) -> None:
    """Send one POST and apply its result."""
    result: Submitted | errors.SkyReelsError
    try:
        with gateway.client() as client:
            result = client.submit(bytes(job.request_body or b""), idempotency_key=job.idempotency_key)
    except errors.SkyReelsError as error:
        result = error
    apply_submit_result(lease, job, result, tried=tried, is_retry=is_retry)
