"""Resolve: what a person decides about a job that is held or late. Each decision is one line of the job's story.

Every one of them is a conditional UPDATE from the state that the person saw: of two who press at once, one decides
and the other is told so. Money at risk does not vanish. A job that is sent again stays held with its amount uncertain,
and the second try is a job with a ledger row of its own, so both are counted until somebody knows.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from generation import gateway
from generation.composition import rights_problem
from generation.lifecycle.errors import CannotQueue, NotPossible
from generation.lifecycle.held.held_jobs import Doubt, Way, doubt_of, ways_of
from generation.lifecycle.leases import record_event, wake
from generation.lifecycle.queue import rate_limit
from generation.lifecycle.spending.checks import Permit, authorize
from generation.lifecycle.transitions import settle_ledger
from generation.models import Job, JobReference, LedgerEntry
from generation.skyreels import errors
from generation.skyreels.schemas import Task
from library.models import Asset

Status, State = Job.Status, LedgerEntry.State
DECIDED = "Somebody decided about this job meanwhile, or it went on by itself. Nothing was changed."
MAX_TASK_ID = 200
COPIED = (
    "project_id", "shot_id", "batch_id", "made_from_id", "prompt", "model", "duration", "resolution", "aspect_ratio",
    "prompt_optimizer", "roles", "plan", "priority", "billed_seconds", "estimate_usd",
)  # fmt: skip
REASONS = {
    Way.ATTACH: "A task can be attached only to a held job without one, which was sent to the present provider.",
    Way.ASK: "The provider cannot be asked about this job: it does not know its key any more, or is another one.",
    Way.SEND: "Only a held job can be sent again, and only once.",
    Way.WRITE_OFF: "Only what is held or late can be written off.",
}


class NothingToDecide(NotPossible):
    """The job is neither held nor late."""


class NotThatTask(NotPossible):
    """The task id cannot belong to this job; the message says why."""


class NoAnswer(NotPossible):
    """The provider could not be asked just now."""


def attach(job: Job, task_id: str, *, by: Any) -> None:
    """The provider did take it: go on with the task that a person found there.

    Raises NotThatTask when the provider does not know it or another job here has it, NoAnswer, NotPossible.
    """
    task_id = task_id.strip()
    _check(job, Way.ATTACH)
    _check_free(task_id, by)
    task = _ask_about(task_id)
    text = f"{by} attached the provider's task {task_id}. Asking about it."
    since = task.created or job.frozen_at or timezone.now()
    try:
        _go_on(job, Status.RUNNING, text, by=by, task_id=task_id, submitted_at=since)
    except IntegrityError:
        raise _taken(task_id) from None


def ask_again(job: Job, *, by: Any) -> None:
    """Ask the provider now: about the task, for the video, or by the same request with the same key.

    Raises NotPossible.
    """
    _check(job, Way.ASK)
    match doubt_of(job):
        case Doubt.LATE:
            _hurry(job, by=by)
        case Doubt.SENT:
            text = f"{by} has it asked again: the same request goes out with the same key."
            _go_on(job, Status.SUBMITTING, text, by=by, task="submit")
        case Doubt.UNSENT:
            _go_on(job, Status.QUEUED, f"{by} lets it be sent.", by=by, task="submit")
        case Doubt.VIDEO:
            _go_on(job, Status.STORING, f"{by} has the video fetched again.", by=by, task="store")
        case _:
            _go_on(job, Status.RUNNING, f"{by} has the provider asked about it again.", by=by)


def ask_about(jobs: Iterable[Job], *, by: Any) -> int:
    """Ask again about each of these that can be asked about; how many they were."""
    asked = 0
    for job in jobs:
        with suppress(NotPossible):
            ask_again(job, by=by)
            asked += 1
    return asked


def send_again(job: Job, *, by: Any) -> Job:
    """A new job for the same request, with a key of its own: it may be paid a second time. This job stays held.

    Raises NotPossible, and CannotQueue when one of the limits has no room for both, or when the rights of an asset in
    it have ended since: a new job may not use that.
    """
    _check(job, Way.SEND)
    _check_rights(job)
    held = Job.objects.filter(pk=job.pk, status=Status.HELD, held_reason=job.held_reason)
    made = Job(
        **{name: getattr(job, name) for name in COPIED},
        form_key=again_key(job),
        created_by=by,
        status=Status.QUEUED,
    )
    with transaction.atomic():
        # Before all else: whoever comes second finds another reason, and makes nothing.
        if not held.update(held_reason=f"{job.held_reason} {by} sent it again as {made}."):
            raise NotPossible(DECIDED)
        permit = authorize(by=by, project=job.project, estimates=[job.estimate_usd])
        text = f"{by} sent it again as {made}. What this one may have cost stays uncertain."
        record_event(job.pk, Status.HELD, text, by=by)
        _queue(made, job, permit, by=by)
    return made


def write_off(job: Job, *, by: Any, paid: bool) -> None:
    """Nobody expects it any more. `paid` says whether the provider keeps the price or never took it.

    What the provider does with it later is not fetched. Raises NotPossible.
    """
    _check(job, Way.WRITE_OFF)
    told = "paid for nothing" if paid else "not paid"
    reason = job.held_reason or "The render was late."
    with transaction.atomic():
        ended = {
            "finished_at": timezone.now(),
            "error_code": "written_off",
            "error_message": f"Written off by {by} as {told}. {reason}",
            "held_reason": "",
        }
        _move(Job.objects.needs_attention().filter(task_id=job.task_id), job, Status.FAILED, **ended)
        settle_ledger(job.pk, State.SETTLED if paid else State.REFUNDED)
        record_event(job.pk, Status.FAILED, f"{by} wrote it off as {told}.", by=by)


def again_key(job: Job) -> UUID:
    """The form key of the job that `send_again` makes: it makes no other."""
    return uuid5(job.uuid, "sent again")


def _check(job: Job, way: Way) -> None:
    """Look at the row as it is now. Raises NotPossible when this is no way out of its state."""
    job.refresh_from_db()
    again = Job.objects.filter(form_key=again_key(job)).first()
    if way is Way.SEND and again is not None:
        raise NotPossible(f"It was sent again already, as {again}. Nothing was changed.")
    if doubt_of(job) is None:
        raise NothingToDecide(f"This job is {job.get_status_display().lower()}: nothing is to be decided.")
    if way not in ways_of(job):
        raise NotPossible(f"{REASONS[way]} Nothing was changed.")


def _check_rights(job: Job) -> None:
    used = Asset.objects.filter(pk__in=job.references.order_by().values("asset")).order_by("pk")
    if ended := [found for asset in used if (found := rights_problem(asset, "prompt"))]:
        raise CannotQueue(ended)


def _go_on(job: Job, to: Job.Status, text: str, *, by: Any, task: str = "", **fields: Any) -> None:
    """From HELD back to work, at once; `task` is whom to wake, where the sweep does not look by itself."""
    held = Job.objects.filter(status=Status.HELD, task_id=job.task_id)
    with transaction.atomic():
        now = timezone.now()
        _move(held, job, to, next_step_at=now, attempts=0, lapsed_leases=0, held_reason="", **fields)
        settle_ledger(job.pk, State.ESTIMATED)
        record_event(job.pk, to, text, by=by)
        if task:
            wake(task, job.pk)


def _hurry(job: Job, *, by: Any) -> None:
    """A late render is asked about now; if that is being done this moment, it is done."""
    late = Job.objects.filter(late_at__isnull=False, lease_token="")
    with transaction.atomic():
        _move(late, job, Status.RUNNING, next_step_at=timezone.now())
        record_event(job.pk, Status.RUNNING, f"{by} has the provider asked about it now.", by=by)


def _move(jobs: QuerySet[Job], job: Job, to: Job.Status, **fields: Any) -> None:
    moved = {"lease_token": "", "next_step_at": None, **fields}
    if not jobs.filter(pk=job.pk, status=job.status).update(status=to, **moved):
        raise NotPossible(DECIDED)


def _check_free(task_id: str, by: Any) -> None:
    if not (0 < len(task_id) <= MAX_TASK_ID and task_id.isascii() and task_id.isprintable()):
        raise NotThatTask("That is no task id of the provider's. Nothing was changed.")
    other = Job.objects.filter(task_id=task_id, **gateway.present_gateway()).first()
    if other is not None:
        raise _taken(task_id, other if Job.objects.visible_to(by).filter(pk=other.pk).exists() else None)


def _taken(task_id: str, other: Job | None = None) -> NotThatTask:
    whose = f"{other}" if other else "another job here"
    return NotThatTask(f"The task {task_id} belongs to {whose}. Nothing was changed.")


def _ask_about(task_id: str) -> Task:
    if not rate_limit.acquire(1):
        raise NoAnswer(
            "The requests that the provider allows are used up for the moment. Nothing was changed."
        )
    try:
        with gateway.client() as client:
            return client.task(task_id)
    except errors.UnknownTask:
        raise NotThatTask(f"The provider does not know a task {task_id}. Nothing was changed.") from None
    except errors.SkyReelsError as error:
        raise NoAnswer(f"{error.message} Nothing was changed; try it again in a moment.") from None


def _queue(made: Job, first: Job, permit: Permit, *, by: Any) -> None:
    """Let the second job wait to be sent, with the references of the first and with money of its own."""
    made.next_step_at = timezone.now()
    made.save(force_insert=True)
    references = list(first.references.all())
    for one in references:
        one.pk, one.job = None, made
    JobReference.objects.bulk_create(references)
    used = Asset.objects.filter(pk__in={one.asset_id for one in references})
    used.update(use_count=F("use_count") + 1, last_used_at=timezone.now())
    permit.charge(made)
    text = f"{by} sends {first} again as this job, estimated ${made.estimate_usd:.2f}. The first may be paid for too."
    record_event(made.pk, Status.QUEUED, text, by=by)
    wake("submit", made.pk)
