"""Queue several takes at once: all or none, with one check of all limits. Each job then runs independently."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from generation import composition
from generation.composition import MAX_BATCH, Brief, Composition, Problem
from generation.lifecycle.queue.creation import withdraw
from generation.lifecycle.queue.enqueue import CannotQueue, Context, errors_of, queue
from generation.lifecycle.spending.checks import authorize
from generation.models import Batch, Job, Note, Shot, Take
from library.models import Project

Status = Job.Status
# A larger batch waits until there is time for it, unless somebody says otherwise.
LARGE = 5


def check_batch(*, by: Any, project: Project, briefs: Sequence[Brief]) -> list[Composition]:
    """What each brief comes to, for prices and problems; the handles of all are looked up once."""
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
    """Queue a job for each brief, or none at all. A form that was sent twice (same `form_key`) makes one batch; a draft
    of the same key is used up by it. A code of a shot that the project does not have makes that shot. Each of them
    answers the note, if there is one.

    Raises CannotQueue with all problems; their `param` begins with the brief's number, counted from 0.
    """
    if made := _made_before(form_key, by):
        return made
    composed = check_batch(by=by, project=project, briefs=briefs)
    if refused := _problems(composed):
        raise CannotQueue(refused)
    try:
        return _queue(composed, briefs, Context(by, project, made_from, for_note), form_key)
    except IntegrityError:
        # The same form came twice at once and the other one was first.
        if made := _made_before(form_key, by):
            return made
        raise


def cancel_batch(batch: Batch, *, by: Any) -> int:
    """Cancel those that still wait, and say how many they were. What was sent goes on: the provider cannot cancel."""
    with transaction.atomic():
        waiting = batch.jobs.filter(status=Status.QUEUED).order_by("pk").values_list("pk", flat=True)
        return sum(withdraw(pk, by=by) for pk in list(waiting))


def _problems(composed: Sequence[Composition]) -> list[Problem]:
    if not composed:
        return [Problem("briefs", "A batch has at least one take.")]
    if len(composed) > MAX_BATCH:
        return [Problem("briefs", f"That makes {len(composed)} takes; {MAX_BATCH} is the most at once.")]
    return [
        Problem(f"{place}.{problem.param}", f"Take {place + 1}: {problem.message}")
        for place, one in enumerate(composed)
        for problem in errors_of(one)
    ]


def _made_before(form_key: UUID, by: Any) -> Batch | None:
    """The batch of a form that came before. Raises CannotQueue for a key of somebody else, or of a single job."""
    made = Batch.objects.filter(form_key=form_key).first()
    single = None if made else Job.objects.filter(form_key=form_key).first()
    owner = made or single
    if owner is not None and owner.created_by != by:
        raise CannotQueue(
            [Problem("form_key", "This form is not yours. Open the page anew and send it again.")]
        )
    if single is not None and single.status != Status.DRAFT:
        raise CannotQueue([Problem("form_key", "This form was sent already, as a single take.")])
    return made


@transaction.atomic
def _queue(
    composed: Sequence[Composition], briefs: Sequence[Brief], context: Context, form_key: UUID
) -> Batch:
    # Lock rows that another request may hold before `authorize` acquires its lock.
    Job.objects.filter(form_key=form_key, status=Status.DRAFT).delete()
    shots = _shots(context.project, briefs)
    estimates = [one.estimate_usd for one in composed]
    permit = authorize(by=context.by, project=context.project, estimates=estimates)
    batch = Batch.objects.create(form_key=form_key, project=context.project, created_by=context.by)
    within = replace(context, batch=batch, priority=_priority(len(composed), context.for_note))
    for place, (one, brief) in enumerate(zip(composed, briefs, strict=True)):
        queue(one, within, permit, form_key=uuid5(form_key, str(place)), shot=shots.get(brief.shot))
    return batch


def _priority(takes: int, for_note: Note | None) -> Job.Priority:
    """An answer goes first, but twenty of them at once would keep everybody else from their turn."""
    if takes > LARGE:
        return Job.Priority.BULK
    return Job.Priority.REVIEW if for_note else Job.Priority.NORMAL


def _shots(project: Project, briefs: Sequence[Brief]) -> dict[str, Shot]:
    codes = sorted({brief.shot for brief in briefs} - {""})
    return {code: Shot.objects.get_or_create(project=project, code=code)[0] for code in codes}
