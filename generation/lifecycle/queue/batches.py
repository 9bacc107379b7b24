"""Queue several jobs at once: all or none, with one check of all limits. Each job then runs independently."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from generation import composition
from generation.composition import MAX_BATCH, Composition, Problem, ProblemCode, TakeRequest, problem
from generation.lifecycle.queue.creation import cancel_queued
from generation.lifecycle.queue.enqueue import CannotQueue, JobContext, blocking_problems, enqueue
from generation.lifecycle.spending.checks import authorize
from generation.models import Batch, Job, Note, Shot, Take
from library.models import Project

Status = Job.Status
# Larger batches get the lowest priority, until a user changes it.
LARGE_BATCH = 5


def check_batch(*, by: Any, project: Project, take_requests: Sequence[TakeRequest]) -> list[Composition]:
    """Return each request with its price and problems; the handles of all are resolved in one query."""
    return composition.compose_all(user=by, project=project, take_requests=take_requests)


def create_batch(
    *,
    by: Any,
    project: Project,
    take_requests: Sequence[TakeRequest],
    form_key: UUID,
    made_from: Take | None = None,
    for_note: Note | None = None,
) -> Batch:
    """Queue a job for each request, or none at all. Submitting a form twice (same `form_key`) creates one batch, and
    the draft with that key is deleted. Unknown shot codes create shots. All jobs respond to the note, if there is one.

    Raise CannotQueue with all problems; their `field` begins with the request's index, from 0.
    """
    if existing := _find_existing(form_key, by):
        return existing
    composed = check_batch(by=by, project=project, take_requests=take_requests)
    if problems := _problems(composed):
        raise CannotQueue(problems)
    try:
        return _queue(composed, take_requests, JobContext(by, project, made_from, for_note), form_key)
    except IntegrityError:
        # A concurrent request submitted the same form first.
        if existing := _find_existing(form_key, by):
            return existing
        raise


def cancel_batch(batch: Batch, *, by: Any) -> int:
    """Cancel the jobs that are still queued; return how many. The provider cannot cancel jobs that have been sent."""
    with transaction.atomic():
        waiting = batch.jobs.filter(status=Status.QUEUED).order_by("pk").values_list("pk", flat=True)
        return sum(cancel_queued(pk, by=by) for pk in list(waiting))


def _problems(composed: Sequence[Composition]) -> list[Problem]:
    if not composed:
        return [problem(ProblemCode.BATCH_EMPTY, "takes")]
    if len(composed) > MAX_BATCH:
        return [problem(ProblemCode.BATCH_TOO_LARGE, "takes", count=len(composed), limit=MAX_BATCH)]
    return [
        problem(ProblemCode.IN_BATCH, f"{index}.{found.field}", number=index + 1, problem=found)
        for index, one in enumerate(composed)
        for found in blocking_problems(one)
    ]


def _find_existing(form_key: UUID, by: Any) -> Batch | None:
    """Return the batch that a form with this key created before. Raise CannotQueue if the key belongs to another user
    or created a single job."""
    existing = Batch.objects.filter(form_key=form_key).first()
    single = None if existing else Job.objects.filter(form_key=form_key).first()
    owner = existing or single
    if owner is not None and owner.created_by != by:
        raise CannotQueue([problem(ProblemCode.FORM_OF_OTHER_USER, "form_key")])
    if single is not None and single.status != Status.DRAFT:
        raise CannotQueue([problem(ProblemCode.FORM_MADE_TAKE, "form_key")])
    return existing


@transaction.atomic
def _queue(
    composed: Sequence[Composition], take_requests: Sequence[TakeRequest], context: JobContext, form_key: UUID
) -> Batch:
    # Lock rows that another request may hold before `authorize` acquires its lock.
    Job.objects.filter(form_key=form_key, status=Status.DRAFT).delete()
    shots = _shots(context.project, take_requests)
    estimates = [one.estimate_usd for one in composed]
    permit = authorize(by=context.by, project=context.project, estimates=estimates)
    batch = Batch.objects.create(form_key=form_key, project=context.project, created_by=context.by)
    batch_context = replace(context, batch=batch, priority=_priority(len(composed), context.for_note))
    for index, (one, take_request) in enumerate(zip(composed, take_requests, strict=True)):
        enqueue(
            one,
            batch_context,
            permit,
            form_key=uuid5(form_key, str(index)),
            shot=shots.get(take_request.shot),
        )
    return batch


def _priority(takes: int, for_note: Note | None) -> Job.Priority:
    """Large batches have low priority even in response to a note: they would delay everyone else."""
    if takes > LARGE_BATCH:
        return Job.Priority.BULK
    return Job.Priority.REVIEW if for_note else Job.Priority.NORMAL


def _shots(project: Project, take_requests: Sequence[TakeRequest]) -> dict[str, Shot]:
    codes = sorted({take_request.shot for take_request in take_requests} - {""})
    return {code: Shot.objects.get_or_create(project=project, code=code)[0] for code in codes}
