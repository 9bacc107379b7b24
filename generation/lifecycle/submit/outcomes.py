"""Record the result of a submit: accepted, certainly not sent, certainly refused, or unknown.

The result is a fact about money that only this worker knows. It is therefore written even if the database is
unavailable at first, and even if another worker has found the lease lapsed in the meantime and held the job.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone

from generation.lifecycle.leases import Lease, record_event, release, retry_on_db_outage, transition, wake
from generation.lifecycle.queue import backoff, pause
from generation.lifecycle.render_times.measured_times import seconds_to_first_poll
from generation.lifecycle.transitions import fail, hold, settle_ledger
from generation.models import Job, LedgerEntry
from generation.models.job_codes import Event, EventCode, Hold, HoldCode
from generation.skyreels import errors
from generation.skyreels.schemas import Submitted

Status, Money = Job.Status, LedgerEntry.State
PAUSE_RECHECK_S = 30.0
MAX_SENDS = 8
# Back-off exponent of a job whose earlier try may have arrived and that could not be sent again: about half a minute.
UNCLEAR_BACKOFF = 5
RULE_BROKEN = {400, 413, 422}
WITHOUT_TASK = (Status.QUEUED, Status.SUBMITTING, Status.HELD)


def apply_submit_result(
    lease: Lease, job: Job, result: Submitted | errors.SkyReelsError, *, tried: int, is_retry: bool
) -> None:
    """Apply the transition that the result of one POST calls for.

    `is_retry` says that an earlier try with the same key may have been executed. "Not sent" is true of this try only
    then, and the job must not go back to the queue, where it would get a new body and key. `tried` counts the earlier
    tries: with this key if `is_retry`, otherwise those that were certainly not sent. Raises LeaseLost.
    """
    match result:
        case Submitted():
            retry_on_db_outage(lambda: accept(job.pk, result.task_id))
        case errors.Paused():
            retry_on_db_outage(lambda: pause.pause_gateway(result.message))
            _write(lease, job, lambda: _wait_for_pause(lease, result, tried=tried, is_retry=is_retry))
        case errors.NotSent():
            _write(lease, job, lambda: _retry_later(lease, result, tried=tried, is_retry=is_retry))
        case errors.Refused():
            _write(lease, job, lambda: _refuse(lease, result, is_retry=is_retry))
        case errors.OutcomeUnknown():
            _write(lease, job, lambda: _resend_or_hold(lease, result, tries=tried if is_retry else 0))
        case _:
            raise result


# Accepted


def accept(job_id: int, task_id: str) -> None:
    """Save the provider's task id before anything else.

    It must be saved even if the lease was lost, and takes a job out of HELD if another worker held it. A job that is
    finished or has another task keeps its status; its event log gets an entry instead.
    """
    try:
        _accept(job_id, task_id)
    except IntegrityError:
        _hold_with_task_of_another(job_id, task_id)


def _accept(job_id: int, task_id: str) -> None:
    """Save the task id, or record it in the event log. Raise IntegrityError if another job has this task."""
    now = timezone.now()
    with transaction.atomic():
        accepted = Job.objects.filter(pk=job_id, status__in=WITHOUT_TASK, task_id="").update(
            status=Status.RUNNING,
            task_id=task_id,
            lease_token="",
            hold_code="",
            hold_data={},
            attempts=0,
            lapsed_leases=0,
            submitted_at=now,
            next_step_at=now + timedelta(seconds=seconds_to_first_poll(job_id)),
        )
        if accepted:
            LedgerEntry.objects.filter(job_id=job_id).update(state=Money.ESTIMATED)
            record_event(job_id, Status.RUNNING, Event(EventCode.ACCEPTED, {"task": task_id}))
        elif not Job.objects.filter(pk=job_id, task_id=task_id).exists():
            status = Job.objects.values_list("status", flat=True).get(pk=job_id)
            record_event(job_id, status, Event(EventCode.ACCEPTED_TWICE, {"task": task_id}))


def _hold_with_task_of_another(job_id: int, task_id: str) -> None:
    """Hold the job, since two jobs cannot share a task; only the provider's website shows which job it belongs to."""
    reason = Hold(HoldCode.TASK_TAKEN, {"task": task_id})
    with transaction.atomic():
        job = Job.objects.filter(pk=job_id, status__in=WITHOUT_TASK, task_id="")
        if job.update(
            status=Status.HELD,
            hold_code=reason.code,
            hold_data=reason.data,
            lease_token="",
            next_step_at=None,
        ):
            settle_ledger(job_id, Money.UNCERTAIN)
            record_event(job_id, Status.HELD, reason.event)


# Paused, not sent, refused, unknown


def _wait_for_pause(lease: Lease, refusal: errors.Paused, *, tried: int, is_retry: bool) -> None:
    """Wait for the end of the pause without an additional back-off, and without counting this try."""
    to, after = (Status.SUBMITTING, PAUSE_RECHECK_S) if is_retry else (Status.QUEUED, 0)
    event = Event(EventCode.SUBMITS_PAUSED, {"message": refusal.message})
    transition(lease, to, event, after=after, attempts=tried, lapsed_leases=0)


def _retry_later(lease: Lease, refusal: errors.NotSent, *, tried: int, is_retry: bool) -> None:
    """Send again later. A retry keeps its status and uses up none of its safe repeats: it continues for as long as its
    key is valid."""
    delay = backoff.retry_delay(UNCLEAR_BACKOFF if is_retry else tried + 1, at_least=refusal.retry_after)
    event = Event(EventCode.NOT_SENT, {"message": refusal.message, "delay": round(delay)})
    to, attempts = (Status.SUBMITTING, tried) if is_retry else (Status.QUEUED, tried + 1)
    transition(lease, to, event, after=delay, attempts=attempts, lapsed_leases=0)


def _refuse(lease: Lease, refusal: errors.Refused, *, is_retry: bool) -> None:
    """Fail the job, or hold it if an earlier attempt may have arrived.

    An invalid request was refused at every attempt; any other refusal of a retry shows nothing about earlier attempts.
    """
    data = {"message": refusal.message}
    if is_retry and refusal.status_code not in RULE_BROKEN:
        hold(lease, Hold(HoldCode.EARLIER_SUBMIT_UNCLEAR, data))
    else:
        event = Event(EventCode.REFUSED, data)
        fail(lease, event, code=refusal.code, param=refusal.param or "", money=Money.REFUNDED)


def _resend_or_hold(lease: Lease, unknown: errors.OutcomeUnknown, *, tries: int) -> None:
    """Send the same bytes with the same key again where that is safe, otherwise let a user decide.

    `tries` counts the earlier tries with an unknown outcome, not those that were certainly not sent.
    """
    data = {"message": unknown.message}
    if not settings.SKYREELS_IDEMPOTENT or isinstance(unknown, errors.Indeterminate):
        hold(lease, Hold(HoldCode.SUBMIT_UNCLEAR, data))
    elif tries + 1 >= MAX_SENDS:
        hold(lease, Hold(HoldCode.SUBMIT_UNANSWERED, data | {"tries": MAX_SENDS}))
    else:
        delay = backoff.retry_delay(tries + 1, at_least=unknown.retry_after, at_most=60.0)
        event = Event(EventCode.RESENDING, data | {"delay": round(delay)})
        transition(lease, Status.SUBMITTING, event, after=delay, attempts=tries + 1, lapsed_leases=0)


# The database was unavailable


def requeue_unsent(lease: Lease, job: Job, *, tried: int) -> None:
    """Queue a job again after the database failed at the commit to SUBMITTING.

    The row may say SUBMITTING or not, but nothing was sent. `lease` is the one before that commit. Raises LeaseLost if
    another worker has continued with the job.
    """
    _write_after_outage(lease, job, lambda: _requeue(lease, tried=tried))


def _requeue(lease: Lease, *, tried: int) -> None:
    if Job.objects.filter(pk=lease.job_id, lease_token=lease.token, status=Status.SUBMITTING).exists():
        submitting, event = replace(lease, status=Status.SUBMITTING), Event(EventCode.NOT_SENT_DATABASE)
        transition(submitting, Status.QUEUED, event, after=0, attempts=tried, lapsed_leases=0, frozen_at=None)
    else:
        release(lease, after=0, lapsed_leases=0)
    wake("submit", lease.job_id)


def _write(lease: Lease, job: Job, write: Callable[[], None]) -> None:
    try:
        write()
    except (OperationalError, InterfaceError):
        _write_after_outage(lease, job, write)


def _write_after_outage(lease: Lease, job: Job, write: Callable[[], None]) -> None:
    def reclaim_and_write() -> None:
        with transaction.atomic():
            _reclaim(lease, job.idempotency_key)
            write()

    retry_on_db_outage(reclaim_and_write)


def _reclaim(lease: Lease, key: str) -> None:
    """Take a job out of HELD that another worker held only because this worker's lease lapsed.

    The hold code, without anything noted since, and the key show that nothing else has happened to the job.
    """
    held = Job.objects.select_for_update().filter(pk=lease.job_id, status=Status.HELD, task_id="")
    job = held.filter(hold_code=HoldCode.SUBMIT_INTERRUPTED, idempotency_key=key).first()
    if job is not None and not job.hold_data:
        held.update(status=Status.SUBMITTING, lease_token=lease.token, hold_code="")
        settle_ledger(lease.job_id, Money.ESTIMATED)
