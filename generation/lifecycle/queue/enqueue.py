"""Create the rows of a queued job: the job, its asset references, ledger entry and first event."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from generation.composition import Composition, Problem
from generation.lifecycle.errors import CannotQueue, NotPossible
from generation.lifecycle.leases import record_event, wake
from generation.lifecycle.spending.checks import Permit
from generation.models import Batch, Job, JobReference, Note, Shot, Take
from generation.models.job_codes import Event, EventCode
from library.models import Asset, Project

__all__ = ["CannotQueue", "JobContext", "NotPossible", "blocking_problems", "enqueue"]
Status = Job.Status


@dataclass(frozen=True)
class JobContext:
    """Fields that all jobs of a batch share."""

    by: Any
    project: Project
    made_from: Take | None = None
    for_note: Note | None = None
    batch: Batch | None = None
    priority: Job.Priority = Job.Priority.NORMAL


def blocking_problems(composed: Composition) -> list[Problem]:
    """Return the problems that prevent queueing."""
    return [problem for problem in composed.problems if problem.level == "error"]


def enqueue(
    composed: Composition, context: JobContext, permit: Permit, *, form_key: UUID, shot: Shot | None
) -> Job:
    """Create a queued job, or turn the draft with this key into one. The caller must have opened a transaction."""
    values = {
        "project": context.project,
        "shot": shot,
        "created_by": context.by,
        "batch": context.batch,
        "made_from": context.made_from,
        "for_note": context.for_note,
        "priority": context.priority,
        "prompt": composed.prompt,
        **vars(composed.settings),
        "roles": composed.stored_roles,
        "plan": composed.plan(),
        "billed_seconds": composed.billed_seconds,
        "estimate_usd": composed.estimate_usd,
        "status": Status.QUEUED,
        "next_step_at": timezone.now(),
    }
    job, _ = Job.objects.update_or_create(form_key=form_key, defaults=values)
    JobReference.objects.bulk_create(_references(job, composed))
    _count_uses(composed)
    permit.charge(job)
    data = {"by": str(context.by), "usd": str(composed.estimate_usd)}
    record_event(job.pk, Status.QUEUED, Event(EventCode.QUEUED, data), by=context.by)
    wake("submit", job.pk)
    return job


def _references(job: Job, composed: Composition) -> list[JobReference]:
    return [
        JobReference(
            job=job,
            handle=reference.handle,
            asset=reference.asset,
            version=reference.version,
            role=reference.role,
            second=reference.second,
            with_voice=reference.with_voice,
            position=reference.position,
        )
        for reference in composed.references
    ]


def _count_uses(composed: Composition) -> None:
    used = Asset.objects.filter(pk__in=[reference.asset.pk for reference in composed.references])
    used.update(use_count=F("use_count") + 1, last_used_at=timezone.now())
