"""Jobs come into being, are cancelled while they wait, and are made again."""

from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from generation import composition
from generation.composition import Composition, Problem, Roles, Settings
from generation.lifecycle.leases import record_event
from generation.lifecycle.queue.enqueue import CannotQueue, Context, NotPossible, errors_of, queue
from generation.lifecycle.spending.checks import authorize
from generation.lifecycle.transitions import settle_ledger
from generation.models import Batch, Job, LedgerEntry, Note, Shot, Take
from library.models import Project

Status = Job.Status
NOBODY = Roles()


def create(
    *,
    by: Any,
    project: Project,
    prompt: str,
    settings: Settings,
    roles: Roles = NOBODY,
    form_key: UUID | None = None,
    shot: Shot | None = None,
    made_from: Take | None = None,
    for_note: Note | None = None,
) -> Job:
    """Queue a job for what was typed and chosen. A form that was sent twice (same `form_key`) makes one job; a draft
    of the same key becomes that job. What is made for a note goes before what else waits.

    Rights are asked about here and never again: a job that waits past the last day of one of its assets is sent all
    the same, since it was agreed to while that asset could be used. Its pages say that the rights have ended since.

    Raises CannotQueue when the prompt or the settings break a rule or a limit would be passed, and MayNotMake.
    """
    if form_key and (made := made_before(form_key, by)):
        return made
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
    """The same for what is composed already, as by the HTTP APIs."""
    key = form_key or uuid4()
    if made := made_before(key, by):
        return made
    if refused := errors_of(composed):
        raise CannotQueue(refused)
    priority = Job.Priority.REVIEW if for_note else Job.Priority.NORMAL
    context = Context(by, project, made_from, for_note, priority=priority)
    try:
        return _queue(composed, context, form_key=key, shot=shot)
    except IntegrityError:
        # The same form came twice at once and the other one was first.
        if made := made_before(key, by):
            return made
        raise


def cancel(job: Job, *, by: Any) -> None:
    """Take back a job that was not sent yet; a draft is deleted. Raises NotPossible once it was sent: the provider
    cannot cancel."""
    with transaction.atomic():
        if Job.objects.filter(pk=job.pk, status=Status.DRAFT).delete()[0]:
            return
        if not withdraw(job.pk, by=by):
            raise NotPossible("It was sent already, and the provider cannot cancel. Nothing was changed.")


def withdraw(job_id: int, *, by: Any) -> bool:
    """Cancel a job if it still waits, and say whether it did. Call it in a transaction."""
    waiting = Job.objects.filter(pk=job_id, status=Status.QUEUED)
    ended = {"lease_token": "", "next_step_at": None, "finished_at": timezone.now()}
    if not waiting.update(status=Status.CANCELLED, **ended):
        return False
    settle_ledger(job_id, LedgerEntry.State.REFUNDED)
    record_event(job_id, Status.CANCELLED, f"Cancelled by {by}. Nothing was sent or charged.", by=by)
    return True


def retry(job: Job, *, by: Any, form_key: UUID | None = None) -> Job:
    """A new job that asks for the same, and is for the same note; handles are bound anew, addresses that
    another program sent are sent again.

    Raises CannotQueue, NotPossible.
    """
    job.refresh_from_db()
    if not job.is_finished:
        raise NotPossible("This job has not ended. Making it again now could pay for it twice.")
    return create_from(
        composition.recompose(job, user=by),
        by=by,
        project=job.project,
        form_key=form_key,
        shot=job.shot,
        made_from=job.made_from,
        for_note=job.for_note,
    )


def made_before(form_key: UUID, by: Any) -> Job | None:
    """The job that a form made when it came before; a draft is none. Raises CannotQueue for a key that belongs to
    somebody else, or that made a batch."""
    made = Job.objects.filter(form_key=form_key).first()
    if made is not None and made.created_by != by:
        raise CannotQueue(
            [Problem("form_key", "This form is not yours. Open the page anew and send it again.")]
        )
    if made is None and Batch.objects.filter(form_key=form_key).exists():
        raise CannotQueue([Problem("form_key", "This form was sent already, as a batch.")])
    return made if made is not None and made.status != Status.DRAFT else None


@transaction.atomic
def _queue(composed: Composition, context: Context, *, form_key: UUID, shot: Shot | None) -> Job:
    known = Job.objects.select_for_update().filter(form_key=form_key).first()
    if known is not None and known.status != Status.DRAFT:
        return known
    permit = authorize(by=context.by, project=context.project, estimates=[composed.estimate_usd])
    return queue(composed, context, permit, form_key=form_key, shot=shot)
