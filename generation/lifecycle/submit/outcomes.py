"""What a submit came to, written down: taken, surely not sent, surely refused, or unknown.

Each of them is a fact about money that only this worker knows. So it is written even when the database is away for
the moment, and even when another worker, once it was back, found the lease lapsed and held the job for want of it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone

from generation.lifecycle.leases import Lease, record_event, release, retry_on_db_outage, transition, wake
from generation.lifecycle.queue import backoff, pause
from generation.lifecycle.render_times.measured_times import first_question
from generation.lifecycle.transitions import fail, hold, settle_ledger
from generation.models import Job, LedgerEntry
from generation.skyreels import errors
from generation.skyreels.schemas import Submitted

Status, Money = Job.Status, LedgerEntry.State
PAUSED_LOOK_AGAIN = 30.0
MAX_SENDS = 8
# The wait of a doubted job that could not be sent again: about half a minute.
DOUBTED_PATIENCE = 5
RULE_BROKEN = {400, 413, 422}
OPEN_TO_A_TASK = (Status.QUEUED, Status.SUBMITTING, Status.HELD)
LEFT_SUBMITTING = "A worker stopped while it was submitting. Whether the provider took the job is not known."


def conclude(
    lease: Lease, job: Job, outcome: Submitted | errors.SkyReelsError, *, tried: int, doubted: bool
) -> None:
    """The transition that the outcome of one POST asks for.

    `doubted` says that an earlier try with this key may have been executed. Then "not sent" is true of this try
    only, and the job must not go back to the queue, where it would get a new body and a new key. `tried` counts the
    tries before: those with this key when it is doubted, else those that were surely not sent. Raises LeaseLost.
    """
    match outcome:
        case Submitted():
            retry_on_db_outage(lambda: accept(job.pk, outcome.task_id))
        case errors.Paused():
            retry_on_db_outage(lambda: pause.pause_gateway(outcome.message))
            _write(lease, job, lambda: _rest(lease, outcome, tried=tried, doubted=doubted))
        case errors.NotSent():
            _write(lease, job, lambda: _not_sent(lease, outcome, tried=tried, doubted=doubted))
        case errors.Refused():
            _write(lease, job, lambda: _refused(lease, outcome, doubted))
        case errors.OutcomeUnknown():
            _write(lease, job, lambda: _unknown(lease, outcome, tries=tried if doubted else 0))
        case _:
            raise outcome


def never_left(lease: Lease, job: Job, *, tried: int) -> None:
    """The database went away at the commit that says SUBMITTING. The row may say so or not, but nothing was sent: it
    waits again. `lease` is the one before that commit. Raises LeaseLost when another worker went on with it."""
    _write_after_all(lease, job, lambda: _wait_again(lease, tried=tried))


def _write(lease: Lease, job: Job, transition: Callable[[], None]) -> None:
    try:
        transition()
    except (OperationalError, InterfaceError):
        _write_after_all(lease, job, transition)


def _write_after_all(lease: Lease, job: Job, transition: Callable[[], None]) -> None:
    def write() -> None:
        with transaction.atomic():
            _take_back(lease, job.idempotency_key)
            transition()

    retry_on_db_outage(write)


def _take_back(lease: Lease, key: str) -> None:
    """A job that was held only because this worker could not say what it knew is its own again.

    Its reason and key tell that neither a person nor another worker did anything about it since.
    """
    held = Job.objects.filter(pk=lease.job_id, status=Status.HELD, task_id="")
    if held.filter(held_reason=LEFT_SUBMITTING, idempotency_key=key).update(
        status=Status.SUBMITTING, lease_token=lease.token, held_reason=""
    ):
        settle_ledger(lease.job_id, Money.ESTIMATED)


def _wait_again(lease: Lease, *, tried: int) -> None:
    if Job.objects.filter(pk=lease.job_id, lease_token=lease.token, status=Status.SUBMITTING).exists():
        text = "Not sent: the database went away right before. It waits again."
        sending = replace(lease, status=Status.SUBMITTING)
        transition(sending, Status.QUEUED, text, after=0, attempts=tried, lapsed_leases=0, frozen_at=None)
    else:
        release(lease, after=0, lapsed_leases=0)
    wake("submit", lease.job_id)


def _rest(lease: Lease, refusal: errors.Paused, *, tried: int, doubted: bool) -> None:
    """The pause keeps it from now on, not a delay of its own; and no try is counted that a pause turned down."""
    text = f"{refusal.message} Submits are paused; this job waits."
    to, after = (Status.SUBMITTING, PAUSED_LOOK_AGAIN) if doubted else (Status.QUEUED, 0)
    transition(lease, to, text, after=after, attempts=tried, lapsed_leases=0)


def _not_sent(lease: Lease, refusal: errors.NotSent, *, tried: int, doubted: bool) -> None:
    """Send again later. A doubted job stays as it is and none of its safe repeats is used up: it goes on for as long
    as its key lives."""
    delay = backoff.retry_delay(DOUBTED_PATIENCE if doubted else tried + 1, at_least=refusal.retry_after)
    text = f"Not sent: {refusal.message} Next try in {delay:.0f} s."
    if doubted:
        transition(lease, Status.SUBMITTING, text, after=delay, attempts=tried, lapsed_leases=0)
    else:
        transition(lease, Status.QUEUED, text, after=delay, attempts=tried + 1, lapsed_leases=0)


def _refused(lease: Lease, refusal: errors.Refused, doubted: bool) -> None:
    """A broken rule breaks at every try; any other refusal says nothing about an earlier try."""
    if doubted and refusal.status_code not in RULE_BROKEN:
        hold(lease, f"{refusal.message} Whether the provider took an earlier try is not known.")
    else:
        money = Money.REFUNDED
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
        delay = backoff.retry_delay(tries + 1, at_least=doubt.retry_after, at_most=60.0)
        text = f"{doubt.message} Sending the same request with the same key in {delay:.0f} s."
        transition(lease, Status.SUBMITTING, text, after=delay, attempts=tries + 1, lapsed_leases=0)


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
            lapsed_leases=0,
            submitted_at=now,
            next_step_at=now + timedelta(seconds=first_question(job_id)),
        )
        if accepted:
            LedgerEntry.objects.filter(job_id=job_id).update(state=Money.ESTIMATED)
            record_event(job_id, Status.RUNNING, f"The provider took it as {task_id}.")
        elif not Job.objects.filter(pk=job_id, task_id=task_id).exists():
            status = Job.objects.values_list("status", flat=True).get(pk=job_id)
            record_event(
                job_id, status, f"The provider also took it as {task_id}: this may have been paid twice."
            )


def _hold_doubled(job_id: int, task_id: str) -> None:
    """One task cannot be two renders. Which of the jobs it is for, only the provider's own pages can tell."""
    reason = (
        f"The provider took it as {task_id}, which is another job's task here. "
        "Whether it renders this one is not known."
    )
    with transaction.atomic():
        doubted = Job.objects.filter(pk=job_id, status__in=OPEN_TO_A_TASK, task_id="")
        if doubted.update(status=Status.HELD, held_reason=reason, lease_token="", next_step_at=None):
            settle_ledger(job_id, Money.UNCERTAIN)
            record_event(job_id, Status.HELD, reason)
