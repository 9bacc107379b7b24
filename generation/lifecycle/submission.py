"""Submit: from QUEUED to RUNNING, or to what the outcome says.

The request is frozen on the row in the same UPDATE that says SUBMITTING, and committed right before it is sent. Three
outcomes: surely not sent (back to QUEUED), surely refused (FAILED), unknown. Where the gateway honours idempotency
keys an unknown outcome is resolved by sending the same bytes with the same key; otherwise a person decides.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from generation import composition, gateway
from generation.lifecycle import dispatch, pace
from generation.lifecycle.endings import book, fail, hold
from generation.lifecycle.learning import first_question
from generation.lifecycle.leases import (
    MAX_TAKEOVERS,
    Lease,
    LeaseLost,
    advance,
    claim,
    insist,
    let_go,
    log,
    move,
    tell,
)
from generation.models import Job, LedgerEntry
from generation.skyreels import errors
from generation.skyreels.schemas import InvalidRequest

Status = Job.Status
# Longer than connect and read time-outs together, so that a live worker is never overtaken.
LEASE_SECONDS = 30.0
PAUSED_LOOK_AGAIN = 30.0
BUDGET_LOOK_AGAIN = 2.0
MAX_SENDS = 8
# The wait of a doubted job that could not be sent again: about half a minute.
DOUBTED_PATIENCE = 5
# The gateway keeps an idempotency key for 24 hours (skyreels-api.md, section 5).
KEY_LIFE = timedelta(hours=20)
RULE_BROKEN = {400, 413, 422}
OPEN_TO_A_TASK = (Status.QUEUED, Status.SUBMITTING, Status.HELD)


def submit_next(woken: int) -> None:
    """Answer a wake-up: go on with that job if a worker left it while submitting, else send whichever job's turn it is.

    Without a request to spare nothing is claimed: the first in the line stays the first. What is due stays due, and
    the sweep wakes again.
    """
    if Job.objects.due().filter(pk=woken, status=Status.SUBMITTING).exists():
        submit_job(woken)
    elif not pace.is_paused() and dispatch.due(1) and pace.take_requests(1):
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
        job = Job.objects.get(pk=lease.job_id)
        if lease.status == Status.SUBMITTING:
            _resume(lease, job)
        else:
            _start(lease, job, is_granted=is_granted)
    except LeaseLost:
        log.info("job %s: another worker went on with it", lease.job_id, extra={"job": lease.job_id})


def _start(lease: Lease, job: Job, *, is_granted: bool) -> None:
    if job.takeovers >= MAX_TAKEOVERS:
        reason = f"{MAX_TAKEOVERS} workers stopped before they sent this job. It may be what stops them."
        # An earlier try that was surely not sent is no reason to doubt.
        hold(lease, f"{reason} Nothing was sent.", money=LedgerEntry.State.ESTIMATED, frozen_at=None)
    elif Job.objects.filter(dispatch.resting(), pk=job.pk).exists():
        let_go(lease, after=0, takeovers=0)
    elif not is_granted and not pace.take_requests(1):
        let_go(lease, after=BUDGET_LOOK_AGAIN, takeovers=0)
    else:
        tried = job.attempts
        if (sending := _freeze(lease, job)) is not None:
            _send(sending, job, tried=tried)


def _resume(lease: Lease, job: Job) -> None:
    """An earlier try with these bytes and this key may have arrived or not: only the same key is safe."""
    key_is_alive = job.frozen_at is not None and timezone.now() - job.frozen_at < KEY_LIFE
    same_gateway = Job.objects.filter(pk=job.pk, **gateway.present_gateway()).exists()
    if not settings.SKYREELS_IDEMPOTENT or not key_is_alive or not same_gateway:
        hold(
            lease, "A worker stopped while it was submitting. Whether the provider took the job is not known."
        )
    elif job.takeovers >= MAX_TAKEOVERS:
        hold(lease, f"{MAX_TAKEOVERS} workers stopped while submitting this job. It may be what stops them.")
    elif pace.is_paused():
        let_go(lease, after=PAUSED_LOOK_AGAIN, takeovers=0)
    elif not pace.take_requests(1):
        let_go(lease, after=BUDGET_LOOK_AGAIN, takeovers=0)
    else:
        _send(lease, job, tried=job.attempts, doubted=True)


def _freeze(lease: Lease, job: Job) -> Lease | None:
    """Write the exact bytes, where they go and under which key, together with SUBMITTING. None: it was refused.

    The job has them too: were it read again, a database that goes away right then would leave it in doubt for nothing.
    From here on `attempts` counts the tries that may have arrived: those before surely did not.
    """
    hook_token = secrets.token_urlsafe(32) if gateway.calls_back() else ""
    try:
        body = composition.freeze(job.plan or {}, webhook=gateway.hook_url(hook_token))
    except InvalidRequest as refusal:
        first = refusal.problems[0]
        fail(
            lease,
            first.message,
            code="invalid_parameter",
            param=first.param,
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
        "takeovers": 0,
    }
    sending = advance(lease, Status.SUBMITTING, "Request frozen, sending it to the provider.", **frozen)
    for name, value in frozen.items():
        setattr(job, name, value)
    return sending


def _send(lease: Lease, job: Job, *, tried: int, doubted: bool = False) -> None:
    """One POST, then the transition that its outcome asks for.

    `doubted` says that an earlier try with this key may have been executed. Then "not sent" is true of this try
    only, and the job must not go back to the queue, where it would get a new body and a new key. `tried` counts the
    tries before: those with this key when it is doubted, else those that were surely not sent.
    """
    try:
        with gateway.client() as client:
            answer = client.submit(bytes(job.request_body or b""), idempotency_key=job.idempotency_key)
    except errors.Paused as refusal:
        pace.pause(refusal.message)
        _rest(lease, f"{refusal.message} Submits are paused; this job waits.", tried=tried, doubted=doubted)
    except errors.NotSent as refusal:
        _not_sent(lease, refusal, tried=tried, doubted=doubted)
    except errors.Refused as refusal:
        _refused(lease, refusal, doubted)
    except errors.OutcomeUnknown as doubt:
        _unknown(lease, doubt, tries=tried if doubted else 0)
    else:
        insist(lambda: accept(job.pk, answer.task_id))


def _rest(lease: Lease, text: str, *, tried: int, doubted: bool) -> None:
    """The pause keeps it from now on, not a delay of its own; and no try is counted that a pause turned down."""
    to, after = (Status.SUBMITTING, PAUSED_LOOK_AGAIN) if doubted else (Status.QUEUED, 0)
    move(lease, to, text, after=after, attempts=tried, takeovers=0)


def _not_sent(lease: Lease, refusal: errors.NotSent, *, tried: int, doubted: bool) -> None:
    """Send again later. A doubted job stays as it is and none of its safe repeats is used up: it goes on for as long
    as its key lives."""
    delay = pace.back_off(DOUBTED_PATIENCE if doubted else tried + 1, asked=refusal.retry_after)
    text = f"Not sent: {refusal.message} Next try in {delay:.0f} s."
    if doubted:
        move(lease, Status.SUBMITTING, text, after=delay, attempts=tried, takeovers=0)
    else:
        move(lease, Status.QUEUED, text, after=delay, attempts=tried + 1, takeovers=0)


def _refused(lease: Lease, refusal: errors.Refused, doubted: bool) -> None:
    """A broken rule breaks at every try; any other refusal says nothing about an earlier try."""
    if doubted and refusal.status_code not in RULE_BROKEN:
        hold(lease, f"{refusal.message} Whether the provider took an earlier try is not known.")
    else:
        money = LedgerEntry.State.REFUNDED
        fail(lease, refusal.message, code=refusal.code, param=refusal.param or "", money=money)


def _unknown(lease: Lease, doubt: errors.OutcomeUnknown, *, tries: int) -> None:
    """Ask again with the same bytes and key where that is safe; otherwise leave it to a person.

    `tries` counts those with an unknown outcome before this one; tries that were surely not sent do not use them up.
    """
    if not settings.SKYREELS_IDEMPOTENT or isinstance(doubt, errors.Indeterminate):
        hold(lease, f"{doubt.message} Whether the provider took the job is not known.")
    elif tries + 1 >= MAX_SENDS:
        hold(lease, f"{doubt.message} {MAX_SENDS} tries with the same key brought no answer.")
    else:
        delay = pace.back_off(tries + 1, asked=doubt.retry_after, most=60.0)
        text = f"{doubt.message} Sending the same request with the same key in {delay:.0f} s."
        move(lease, Status.SUBMITTING, text, after=delay, attempts=tries + 1, takeovers=0)


def accept(job_id: int, task_id: str) -> None:
    """Write down the provider's task id before anything else happens.

    A fact about money: it is recorded whatever the lease says, and heals a job that another worker already held
    back. Only a job that is finished or has another task keeps its state; then the story says so.
    """
    try:
        _take_on(job_id, task_id)
    except IntegrityError:
        _hold_doubled(job_id, task_id)


def _take_on(job_id: int, task_id: str) -> None:
    """Raises IntegrityError when another job has this task."""
    now = timezone.now()
    with transaction.atomic():
        accepted = Job.objects.filter(pk=job_id, status__in=OPEN_TO_A_TASK, task_id="").update(
            status=Status.RUNNING,
            task_id=task_id,
            lease_token="",
            held_reason="",
            attempts=0,
            takeovers=0,
            submitted_at=now,
            next_step_at=now + timedelta(seconds=first_question(job_id)),
        )
        if accepted:
            LedgerEntry.objects.filter(job_id=job_id).update(state=LedgerEntry.State.ESTIMATED)
            tell(job_id, Status.RUNNING, f"The provider took it as {task_id}.")
        elif not Job.objects.filter(pk=job_id, task_id=task_id).exists():
            status = Job.objects.values_list("status", flat=True).get(pk=job_id)
            tell(job_id, status, f"The provider also took it as {task_id}: this may have been paid twice.")


def _hold_doubled(job_id: int, task_id: str) -> None:
    """One task cannot be two renders. Which of the jobs it is for, only the provider's own pages can tell."""
    reason = (
        f"The provider took it as {task_id}, which is another job's task here. "
        "Whether it renders this one is not known."
    )
    with transaction.atomic():
        doubted = Job.objects.filter(pk=job_id, status__in=OPEN_TO_A_TASK, task_id="")
        if doubted.update(status=Status.HELD, held_reason=reason, lease_token="", next_step_at=None):
            book(job_id, LedgerEntry.State.UNCERTAIN)
            tell(job_id, Status.HELD, reason)
