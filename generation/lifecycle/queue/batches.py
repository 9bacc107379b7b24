"""Queue several jobs at once: all or none, with one check of all limits. Each job then runs independently."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from generation import composition
from generation.composition import MAX_BATCH, Brief, Composition, Problem
from generation.lifecycle.queue.creation import cancel_queued, text_of_foreign_form
from generation.lifecycle.queue.enqueue import CannotQueue, JobContext, blocking_problems, enqueue
from generation.lifecycle.spending.checks import authorize
from generation.models import Batch, Job, Note, Shot, Take
from library.models import Project

Status = Job.Status
# Larger batches get the lowest priority, until a user changes it.
LARGE_BATCH = 5


def check_batch(*, by: Any, project: Project, briefs: Sequence[Brief]) -> list[Composition]:
    """Return each request with its price and problems; the handles of all are resolved in one query."""
    return composition.compose_all(user=by, project=project, briefs=briefs)


def create_batch(
    *,
    by: Any,
    project: Project,
    briefs: Sequence[Brief],
    form_key: UUID,
    made_from: Take | None = None,
    for_note: Note | None = None,
) -> Batch:
    """Queue a job for each request, or none at all. Submitting a form twice (same `form_key`) creates one batch, and
    the draft with that key is deleted. Unknown shot codes create shots. All jobs respond to the note, if there is one.

    Raise CannotQueue with all problems; their `param` begins with the request's index, from 0.
    """
    if existing := _find_existing(form_key, by):
        return existing
    composed = check_batch(by=by, project=project, briefs=briefs)
    if problems := _problems(composed):
        raise CannotQueue(problems)
    try:
        return _queue(composed, briefs, JobContext(by, project, made_from, for_note), form_key)
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
        return [Problem("briefs", _("A batch needs at least one take."))]
    if len(composed) > MAX_BATCH:
        text = _("A batch has at most %(most)s takes; this one has %(count)s.")
        return [Problem("briefs", text % {"most": MAX_BATCH, "count": len(composed)})]
    return [
        Problem(f"{index}.{problem.param}", _numbered(index, problem))
        for index, one in enumerate(composed)
        for problem in blocking_problems(one)
    ]


def _numbered(index: int, problem: Problem) -> str:
    return _("Take %(number)s: %(problem)s") % {"number": index + 1, "problem": problem.message}


def _find_existing(form_key: UUID, by: Any) -> Batch | None:
    """Return the batch that a form with this key created before. Raise CannotQueue if the key belongs to another user
    or created a single job."""
    existing = Batch.objects.filter(form_key=form_key).first()
    single = None if existing else Job.objects.filter(form_key=form_key).first()
    owner = existing or single
    if owner is not None and owner.created_by != by:
        raise CannotQueue([Problem("form_key", text_of_foreign_form())])
    if single is not None and single.status != Status.DRAFT:
        raise CannotQueue([Problem("form_key", _("This form was already submitted, as a single take."))])
    return existing


@transaction.atomic
def _queue(
    composed: Sequence[Composition], briefs: Sequence[Brief], context: JobContext, form_key: UUID
) -> Batch:
    # Lock rows that another request may hold before `authorize` acquires its lock.
    Job.objects.filter(form_key=form_key, status=Status.DRAFT).delete()
    shots = _shots(context.project, briefs)
    estimates = [one.estimate_usd for one in composed]
    permit = authorize(by=context.by, project=context.project, estimates=estimates)
    batch = Batch.objects.create(form_key=form_key, project=context.project, created_by=context.by)
    batch_context = replace(context, batch=batch, priority=_priority(len(composed), context.for_note))
    for index, (one, brief) in enumerate(zip(composed, briefs, strict=True)):
        enqueue(one, batch_context, permit, form_key=uuid5(form_key, str(index)), shot=shots.get(brief.shot))
    return batch


def _priority(takes: int, for_note: Note | None) -> Job.Priority:
    """Large batches have low priority even in response to a note: they would delay everyone else."""
    if takes > LARGE_BATCH:
        return Job.Priority.BULK
    return Job.Priority.REVIEW if for_note else Job.Priority.NORMAL


def _shots(project: Project, briefs: Sequence[Brief]) -> dict[str, Shot]:
    codes = sorted({brief.shot for brief in briefs} - {""})
    return {code: Shot.objects.get_or_create(project=project, code=code)[0] for code in codes}
