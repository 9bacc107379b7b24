"""Create, cancel and retry single jobs."""

from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from generation import composition
from generation.composition import Composition, ProblemCode, Roles, Settings, problem
from generation.lifecycle.leases import record_event
from generation.lifecycle.queue.enqueue import (
    CannotQueue,
    JobContext,
    NotPossible,
    blocking_problems,
    enqueue,
)
from generation.lifecycle.spending.checks import authorize
from generation.lifecycle.transitions import settle_ledger
from generation.models import Batch, Job, LedgerEntry, Note, Shot, Take
from generation.models.job_codes import Event, EventCode
from library.models import Project

Status = Job.Status
NO_ROLES = Roles()


def create(
    *,
    by: Any,
    project: Project,
    prompt: str,
    settings: Settings,
    roles: Roles = NO_ROLES,
    form_key: UUID | None = None,
    shot: Shot | None = None,
    made_from: Take | None = None,
    for_note: Note | None = None,
) -> Job:
    """Queue a job for a prompt and settings. Submitting a form twice (same `form_key`) creates one job, and the draft
    with that key becomes the job. A job that responds to a note gets review priority.

    Usage rights are checked only here: if the rights to an asset expire while the job is queued, it is still sent, and
    its pages show that the rights have expired.

    Raise CannotQueue if the prompt or settings break a rule or a limit would be exceeded, and MayNotMake.
    """
    if form_key and (existing := find_existing(form_key, by)):
        return existing
    composed = composition.compose(user=by, project=project, prompt=prompt, settings=settings, roles=roles)
    return create_from(
        composed,
        by=by,
        project=project,
        form_key=form_key,
        shot=shot,
        made_from=made_from,
        for_note=for_note,
    )


def create_from(
    composed: Composition,
    *,
    by: Any,
    project: Project,
    form_key: UUID | None = None,
    shot: Shot | None = None,
    made_from: Take | None = None,
    for_note: Note | None = None,
) -> Job:
    """Queue a job that is already composed, as in the HTTP APIs; otherwise like `create`."""
    key = form_key or uuid4()
    if existing := find_existing(key, by):
        return existing
    if problems := blocking_problems(composed):
        raise CannotQueue(problems)
    priority = Job.Priority.REVIEW if for_note else Job.Priority.NORMAL
    context = JobContext(by, project, made_from, for_note, priority=priority)
    try:
        return _queue(composed, context, form_key=key, shot=shot)
    except IntegrityError:
        # A concurrent request submitted the same form first.
        if existing := find_existing(key, by):
            return existing
        raise


def cancel(job: Job, *, by: Any) -> None:
    """Cancel a queued job, or delete a draft. Raise NotPossible once it has been sent: the provider cannot cancel."""
    with transaction.atomic():
        if Job.objects.filter(pk=job.pk, status=Status.DRAFT).delete()[0]:
            return
        if not cancel_queued(job.pk, by=by):
            raise NotPossible(
                _("The job was already sent, and the provider cannot cancel. Nothing was changed.")
            )


def cancel_queued(job_id: int, *, by: Any) -> bool:
    """Cancel a job if it is queued; return whether it was. The caller must have opened a transaction."""
    waiting = Job.objects.filter(pk=job_id, status=Status.QUEUED)
    ended = {"lease_token": "", "next_step_at": None, "finished_at": timezone.now()}
    if not waiting.update(status=Status.CANCELLED, **ended):
        return False
    settle_ledger(job_id, LedgerEntry.State.REFUNDED)
    record_event(job_id, Status.CANCELLED, Event(EventCode.CANCELLED, {"by": str(by)}), by=by)
    return True


def retry(job: Job, *, by: Any, form_key: UUID | None = None) -> Job:
    """Queue a new job with the same request, for the same note if any. Handles are resolved again; external URLs that
    an API client supplied are sent unchanged.

    Raise CannotQueue, NotPossible.
    """
    job.refresh_from_db()
    if not job.is_finished:
        raise NotPossible(_("This job has not ended. Retrying it now could charge for it twice."))
    return create_from(
        composition.recompose(job, user=by),
        by=by,
        project=job.project,
        form_key=form_key,
        shot=job.shot,
        made_from=job.made_from,
        for_note=job.for_note,
    )


def find_existing(form_key: UUID, by: Any) -> Job | None:
    """Return the job, other than a draft, that a form with this key created before. Raise CannotQueue if the key
    belongs to another user or created a batch."""
    existing = Job.objects.filter(form_key=form_key).first()
    if existing is not None and existing.created_by != by:
        raise CannotQueue([problem(ProblemCode.FORM_OF_OTHER_USER, "form_key")])
    if existing is None and Batch.objects.filter(form_key=form_key).exists():
        raise CannotQueue([problem(ProblemCode.FORM_MADE_BATCH, "form_key")])
    return existing if existing is not None and existing.status != Status.DRAFT else None


@transaction.atomic
def _queue(composed: Composition, context: JobContext, *, form_key: UUID, shot: Shot | None) -> Job:
    known = Job.objects.select_for_update().filter(form_key=form_key).first()
    if known is not None and known.status != Status.DRAFT:
        return known
    permit = authorize(by=context.by, project=context.project, estimates=[composed.estimate_usd])
    return enqueue(composed, context, permit, form_key=form_key, shot=shot)
