"""Resolve: what a user decides about a job that is held or late. Each decision is an entry in the event log.

Each is a conditional UPDATE of the state that the user saw: of two users who act at once, one decides and the other
gets an error. Money at risk does not vanish: a job that is resubmitted stays held with its amount uncertain, and the
second try is a job with its own ledger row, so both are counted until the cost is known.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from generation import gateway
from generation.composition import rights_problem
from generation.lifecycle.errors import CannotQueue, NotPossible
from generation.lifecycle.held.held_jobs import (
    Action,
    AttentionReason,
    attention_reason,
    available_actions,
)
from generation.lifecycle.leases import record_event, wake
from generation.lifecycle.queue import rate_limit
from generation.lifecycle.spending.checks import Permit, authorize
from generation.lifecycle.transitions import in_english, note_on_hold, settle_ledger
from generation.models import Job, JobReference, LedgerEntry
from generation.models.job_codes import Event, EventCode
from generation.skyreels import errors
from generation.skyreels.schemas import Task
from library.models import Asset

Status, State = Job.Status, LedgerEntry.State
MAX_TASK_ID_LENGTH = 200
COPIED_FIELDS = (
    "project_id", "shot_id", "batch_id", "made_from_id", "prompt", "model", "duration", "resolution", "aspect_ratio",
    "prompt_optimizer", "roles", "plan", "priority", "billed_seconds", "estimate_usd",
)  # fmt: skip
NOT_AVAILABLE = {
    Action.ATTACH: gettext_lazy(
        "A task can be attached only to a held job without a task that was sent to the current provider. "
        "Nothing was changed."
    ),
    Action.REQUERY: gettext_lazy(
        "The provider cannot be queried about this job: its key has expired, or another provider is configured. "
        "Nothing was changed."
    ),
    Action.RESUBMIT: gettext_lazy("Only a held job can be resubmitted, and only once. Nothing was changed."),
    Action.WRITE_OFF: gettext_lazy("Only held or late jobs can be written off. Nothing was changed."),
}


class NothingToDecide(NotPossible):
    """The job is neither held nor late."""


class NotThatTask(NotPossible):
    """The task id cannot belong to this job; the message says why."""


class NoAnswer(NotPossible):
    """The provider could not be queried at the moment: try again."""


# Attach a task


def attach(job: Job, task_id: str, *, by: Any) -> None:
    """Continue a held job with the task that a user found at the provider.

    Raises NotThatTask if the provider does not know it or another job has it, NoAnswer, NotPossible.
    """
    task_id = task_id.strip()
    _check(job, Action.ATTACH)
    _check_free(task_id, by)
    task = _query_task(task_id)
    event = Event(EventCode.TASK_ATTACHED, {"by": str(by), "task": task_id})
    since = task.created or job.frozen_at or timezone.now()
    try:
        _resume(job, Status.RUNNING, event, by=by, task_id=task_id, submitted_at=since)
    except IntegrityError:
        raise _belongs_to(task_id) from None


def _check_free(task_id: str, by: Any) -> None:
    if not (0 < len(task_id) <= MAX_TASK_ID_LENGTH and task_id.isascii() and task_id.isprintable()):
        raise NotThatTask(_("This is not a task id of the provider. Nothing was changed."))
    other = Job.objects.filter(task_id=task_id, **gateway.present_gateway()).first()
    if other is not None:
        is_visible = Job.objects.visible_to(by).filter(pk=other.pk).exists()
        raise _belongs_to(task_id, other if is_visible else None)


def _belongs_to(task_id: str, other: Job | None = None) -> NotThatTask:
    if other is None:
        text = _("The task %(task)s belongs to another job. Nothing was changed.")
    else:
        text = _("The task %(task)s belongs to %(job)s. Nothing was changed.")
    return NotThatTask(text % {"task": task_id, "job": other})


def _query_task(task_id: str) -> Task:
    if not rate_limit.acquire(1):
        raise NoAnswer(
            _("The provider's rate limit is used up at the moment. Nothing was changed; try again.")
        )
    try:
        with gateway.client() as client:
            return client.task(task_id)
    except errors.UnknownTask:
        text = _("The provider does not know a task %(task)s. Nothing was changed.")
        raise NotThatTask(text % {"task": task_id}) from None
    except errors.SkyReelsError as error:
        text = _("%(problem)s Nothing was changed; try again in a moment.")
        raise NoAnswer(text % {"problem": error.message}) from None


# Query again


def requery(job: Job, *, by: Any) -> None:
    """Query the provider now: for the task's status, for the video, or by the same request with the same key.

    A job that was never sent is queued again. Raises NotPossible.
    """
    _check(job, Action.REQUERY)
    data = {"by": str(by)}
    match attention_reason(job):
        case AttentionReason.LATE:
            _poll_now(job, by=by)
        case AttentionReason.SENT:
            _resume(job, Status.SUBMITTING, Event(EventCode.REQUERY_SUBMIT, data), by=by, task="submit")
        case AttentionReason.UNSENT:
            _resume(job, Status.QUEUED, Event(EventCode.REQUEUED, data), by=by, task="submit")
        case AttentionReason.VIDEO:
            _resume(job, Status.STORING, Event(EventCode.DOWNLOAD_AGAIN, data), by=by, task="store")
        case _:
            _resume(job, Status.RUNNING, Event(EventCode.REQUERY_TASK, data), by=by)


def requery_all(jobs: Iterable[Job], *, by: Any) -> int:
    """Query the provider about each of these jobs for which it is possible; return their number."""
    count = 0
    for job in jobs:
        with suppress(NotPossible):
            requery(job, by=by)
            count += 1
    return count


def _poll_now(job: Job, *, by: Any) -> None:
    """Make a late render due now, unless a worker is polling it at this moment."""
    late = Job.objects.filter(late_at__isnull=False, lease_token="")
    with transaction.atomic():
        _move(late, job, Status.RUNNING, next_step_at=timezone.now())
        record_event(job.pk, Status.RUNNING, Event(EventCode.REQUERY_LATE, {"by": str(by)}), by=by)


# Resubmit


def resubmit(job: Job, *, by: Any) -> Job:
    """Create a second job for the same request, with a new key; it may be paid for twice. This job stays held.

    Raises NotPossible, and CannotQueue if a limit has no room for both or the rights of an asset have ended since.
    """
    _check(job, Action.RESUBMIT)
    _check_rights(job)
    second = Job(
        **{name: getattr(job, name) for name in COPIED_FIELDS},
        form_key=resubmit_key(job),
        created_by=by,
        status=Status.QUEUED,
    )
    with transaction.atomic():
        # First of all: the second of two users finds the note and creates nothing.
        if not note_on_hold(job.pk, resubmitted_by=str(by), resubmitted_as=str(second)):
            raise _already_decided()
        permit = authorize(by=by, project=job.project, estimates=[job.estimate_usd])
        event = Event(EventCode.RESUBMITTED, {"by": str(by), "job": str(second)})
        record_event(job.pk, Status.HELD, event, by=by)
        _queue(second, job, permit, by=by)
    return second


def resubmit_key(job: Job) -> UUID:
    """Return the form key of the job that `resubmit` creates; it is unique, so there is at most one."""
    return uuid5(job.uuid, "sent again")


def _check_rights(job: Job) -> None:
    used = Asset.objects.filter(pk__in=job.references.order_by().values("asset")).order_by("pk")
    if ended := [found for asset in used if (found := rights_problem(asset, "prompt"))]:
        raise CannotQueue(ended)


def _queue(second: Job, first: Job, permit: Permit, *, by: Any) -> None:
    """Queue the second job with the references of the first and its own ledger row."""
    second.next_step_at = timezone.now()
    second.save(force_insert=True)
    references = list(first.references.all())
    for reference in references:
        reference.pk, reference.job = None, second
    JobReference.objects.bulk_create(references)
    used = Asset.objects.filter(pk__in={reference.asset_id for reference in references})
    used.update(use_count=F("use_count") + 1, last_used_at=timezone.now())
    permit.charge(second)
    data = {"by": str(by), "job": str(first), "usd": str(second.estimate_usd)}
    record_event(second.pk, Status.QUEUED, Event(EventCode.RESUBMISSION, data), by=by)
    wake("submit", second.pk)


# Write off


def write_off(job: Job, *, by: Any, paid: bool) -> None:
    """End a job that is not expected to succeed any more. `paid` says whether the provider keeps the price.

    Whatever the provider does with it later is not downloaded. Raises NotPossible.
    """
    _check(job, Action.WRITE_OFF)
    event = Event(EventCode.WRITTEN_OFF_PAID if paid else EventCode.WRITTEN_OFF_UNPAID, {"by": str(by)})
    with override("en"):
        reason = job.held_reason or "The render was late."
    with transaction.atomic():
        ended = {
            "finished_at": timezone.now(),
            "error_code": "written_off",
            "error_message": f"{in_english(event)} {reason}",
            "hold_code": "",
            "hold_data": {},
        }
        _move(Job.objects.needs_attention().filter(task_id=job.task_id), job, Status.FAILED, **ended)
        settle_ledger(job.pk, State.SETTLED if paid else State.REFUNDED)
        record_event(job.pk, Status.FAILED, event, by=by)


# Shared steps


def _check(job: Job, action: Action) -> None:
    """Reload the row. Raises NotPossible if the action is not available in its state."""
    job.refresh_from_db()
    second = Job.objects.filter(form_key=resubmit_key(job)).first()
    if action is Action.RESUBMIT and second is not None:
        raise NotPossible(_("Already resubmitted as %(job)s. Nothing was changed.") % {"job": second})
    if attention_reason(job) is None:
        text = _("There is nothing to decide about this job. Its status is: %(status)s.")
        raise NothingToDecide(text % {"status": job.get_status_display()})
    if action not in available_actions(job):
        raise NotPossible(str(NOT_AVAILABLE[action]))


def _resume(job: Job, to: Job.Status, event: Event, *, by: Any, task: str = "", **fields: Any) -> None:
    """Move a job from HELD back to work, due now. `task` is the task to queue, where the sweep polls nothing itself."""
    held = Job.objects.filter(status=Status.HELD, task_id=job.task_id)
    freed = {"attempts": 0, "lapsed_leases": 0, "hold_code": "", "hold_data": {}}
    with transaction.atomic():
        _move(held, job, to, next_step_at=timezone.now(), **freed, **fields)
        settle_ledger(job.pk, State.ESTIMATED)
        record_event(job.pk, to, event, by=by)
        if task:
            wake(task, job.pk)


def _move(jobs: QuerySet[Job], job: Job, to: Job.Status, **fields: Any) -> None:
    """Update the job's status. Raise NotPossible if the job has left the status that the user saw."""
    values = {"lease_token": "", "next_step_at": None, **fields}
    if not jobs.filter(pk=job.pk, status=job.status).update(status=to, **values):
        raise _already_decided()


def _already_decided() -> NotPossible:
    return NotPossible(_("Another user decided, or the job continued automatically. Nothing was changed."))
