"""Rows for what was composed: jobs with their references, money and first line of the story, in one transaction."""

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
from library.models import Asset, Project

__all__ = ["CannotQueue", "Context", "NotPossible", "errors_of", "queue"]
Status = Job.Status


@dataclass(frozen=True)
class Context:
    """For whom and what jobs are made: the same for all of a batch."""

    by: Any
    project: Project
    made_from: Take | None = None
    for_note: Note | None = None
    batch: Batch | None = None
    priority: Job.Priority = Job.Priority.NORMAL


def errors_of(composed: Composition) -> list[Problem]:
    """What stands in the way."""
    return [problem for problem in composed.problems if problem.level == "error"]


def queue(
    composed: Composition, context: Context, permit: Permit, *, form_key: UUID, shot: Shot | None
) -> Job:
    """Write one job that is ready to be sent, or turn the draft of this key into it. Call it in a transaction."""
    chosen = {
        "project": context.project,
        "shot": shot,
        "created_by": context.by,
        "batch": context.batch,
        "made_from": context.made_from,
        "for_note": context.for_note,
        "priority": context.priority,
        "prompt": composed.prompt,
        **vars(composed.settings),
        "roles": composed.kept_roles,
        "plan": composed.plan(),
        "billed_seconds": composed.billed_seconds,
        "estimate_usd": composed.estimate_usd,
        "status": Status.QUEUED,
        "next_step_at": timezone.now(),
    }
    job, _ = Job.objects.update_or_create(form_key=form_key, defaults=chosen)
    JobReference.objects.bulk_create(_references(job, composed))
    _count_uses(composed)
    permit.charge(job)
    text = f"Queued by {context.by}, estimated at ${composed.estimate_usd:.2f}."
    record_event(job.pk, Status.QUEUED, text, by=context.by)
    wake("submit", job.pk)
    return job


def _references(job: Job, composed: Composition) -> list[JobReference]:
    return [
        JobReference(
            job=job,
            handle=found.handle,
            asset=found.asset,
            version=found.version,
            role=found.role,
            second=found.second,
            with_voice=found.with_voice,
            position=found.position,
        )
        for found in composed.references
    ]


def _count_uses(composed: Composition) -> None:
    used = Asset.objects.filter(pk__in=[found.asset.pk for found in composed.references])
    used.update(use_count=F("use_count") + 1, last_used_at=timezone.now())
