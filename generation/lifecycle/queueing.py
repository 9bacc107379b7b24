"""Rows for what was composed: jobs with their references, money and first line of the story, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from generation.composition import Composition, Problem
from generation.lifecycle.leases import tell, wake
from generation.models import Batch, Job, JobReference, LedgerEntry, Note, Shot, Take
from library.models import Asset, Project

Status = Job.Status


class CannotQueue(Exception):
    """Nothing was made, sent or charged. `problems` names each reason and its field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = list(problems)


class NotPossible(Exception):
    """What was asked for does not fit the job's state; nothing was changed."""


@dataclass(frozen=True)
class Context:
    """For whom and what jobs are made: the same for all of a batch."""

    by: Any
    project: Project
    made_from: Take | None = None
    answers: Note | None = None
    batch: Batch | None = None
    priority: Job.Priority = Job.Priority.NORMAL


def errors_of(composed: Composition) -> list[Problem]:
    """What stands in the way."""
    return [problem for problem in composed.problems if problem.level == "error"]


def queue(composed: Composition, context: Context, *, form_key: UUID, shot: Shot | None) -> Job:
    """Write one job that is ready to be sent, or turn the draft of this key into it. Call it in a transaction."""
    chosen = {
        "project": context.project,
        "shot": shot,
        "created_by": context.by,
        "batch": context.batch,
        "made_from": context.made_from,
        "answers": context.answers,
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
    LedgerEntry.objects.create(job=job, project=context.project, estimate_usd=composed.estimate_usd)
    text = f"Queued by {context.by}, estimated at ${composed.estimate_usd:.2f}."
    tell(job.pk, Status.QUEUED, text, by=context.by)
    wake("submit", job.pk)
    return job


def check_budget(project: Project, estimate: Decimal, *, takes: int = 1) -> None:
    """Refuse what would pass the budget; the row is locked so that two forms cannot both take the last dollar."""
    budget = Project.objects.select_for_update().values_list("budget_usd", flat=True).get(pk=project.pk)
    if budget is None:
        return
    left = budget - LedgerEntry.objects.filter(project=project).committed()
    if estimate > left:
        subject = "This take costs" if takes == 1 else f"These {takes} takes cost"
        message = (
            f"{subject} ${estimate:.2f}, but only ${max(left, Decimal(0)):.2f} "
            f"of the project's budget of ${budget:.2f} is left."
        )
        raise CannotQueue([Problem("budget", message)])


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
