"""Jobs come into being, are cancelled while they wait, and are made again."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from generation import composition
from generation.composition import Composition, Problem, Settings
from generation.lifecycle.endings import book
from generation.lifecycle.leases import tell, wake
from generation.models import Job, JobReference, LedgerEntry, Shot
from library.models import Asset, Project

Status = Job.Status


class CannotQueue(Exception):
    """The job was not made; nothing was sent or charged. `problems` names each reason and its field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = list(problems)


class NotPossible(Exception):
    """What was asked for does not fit the job's state; nothing was changed."""


def create(
    *,
    by: Any,
    project: Project,
    prompt: str,
    settings: Settings,
    form_key: UUID | None = None,
    shot: Shot | None = None,
) -> Job:
    """Queue a job for this prompt. A form that was sent twice (same `form_key`) makes one job; a draft of the same
    key becomes that job.

    Rights are asked about here and never again: a job that waits past the last day of one of its assets is sent all
    the same, since it was agreed to while that asset could be used. Its pages say that the rights have ended since.

    Raises CannotQueue when the prompt or the settings break a rule or the project's budget would be passed.
    """
    key = form_key or uuid4()
    if (made := _made_before(key, by)) and made.status != Status.DRAFT:
        return made
    composed = composition.compose(user=by, project=project, prompt=prompt, settings=settings)
    if not composed.ok:
        raise CannotQueue([problem for problem in composed.problems if problem.level == "error"])
    try:
        return _queue(composed, by=by, project=project, form_key=key, shot=shot)
    except IntegrityError:
        # The same form came twice at once and the other one was first.
        if made := _made_before(key, by):
            return made
        raise


def cancel(job: Job, *, by: Any) -> None:
    """Take back a job that was not sent yet; a draft is deleted. Raises NotPossible once it was sent: the provider
    cannot cancel."""
    with transaction.atomic():
        if Job.objects.filter(pk=job.pk, status=Status.DRAFT).delete()[0]:
            return
        waiting = Job.objects.filter(pk=job.pk, status=Status.QUEUED)
        ended = {"lease_token": "", "next_step_at": None, "finished_at": timezone.now()}
        if not waiting.update(status=Status.CANCELLED, **ended):
            raise NotPossible("It was sent already, and the provider cannot cancel. Nothing was changed.")
        book(job.pk, LedgerEntry.State.REFUNDED)
        tell(job.pk, Status.CANCELLED, f"Cancelled by {by}. Nothing was sent or charged.", by=by)


def retry(job: Job, *, by: Any, form_key: UUID | None = None) -> Job:
    """A new job with the same prompt and settings; handles are bound anew. Raises CannotQueue, NotPossible."""
    job.refresh_from_db()
    if not job.is_finished:
        raise NotPossible("This job has not ended. Making it again now could pay for it twice.")
    chosen = Settings.of(job)
    return create(
        by=by, project=job.project, prompt=job.prompt, settings=chosen, form_key=form_key, shot=job.shot
    )


def _made_before(form_key: UUID, by: Any) -> Job | None:
    """The job of a form that came before. Raises CannotQueue for a key that belongs to somebody else."""
    made = Job.objects.filter(form_key=form_key).first()
    if made is not None and made.created_by != by:
        raise CannotQueue(
            [Problem("form_key", "This form is not yours. Open the page anew and send it again.")]
        )
    return made


@transaction.atomic
def _queue(composed: Composition, *, by: Any, project: Project, form_key: UUID, shot: Shot | None) -> Job:
    known = Job.objects.select_for_update().filter(form_key=form_key).first()
    if known is not None and known.status != Status.DRAFT:
        return known
    _check_budget(project, composed.estimate_usd)
    chosen = {
        "project": project,
        "shot": shot,
        "created_by": by,
        "prompt": composed.prompt,
        **vars(composed.settings),
        "billed_seconds": composed.billed_seconds,
        "estimate_usd": composed.estimate_usd,
        "status": Status.QUEUED,
        "next_step_at": timezone.now(),
    }
    job, _ = Job.objects.update_or_create(form_key=form_key, defaults=chosen)
    JobReference.objects.bulk_create(
        JobReference(
            job=job,
            handle=found.handle,
            asset=found.asset,
            version=found.version,
            role=found.role,
            position=found.position,
        )
        for found in composed.references
    )
    _count_uses(composed)
    LedgerEntry.objects.create(job=job, project=project, estimate_usd=composed.estimate_usd)
    tell(job.pk, Status.QUEUED, f"Queued by {by}, estimated at ${composed.estimate_usd:.2f}.", by=by)
    wake("submit", job.pk)
    return job


def _count_uses(composed: Composition) -> None:
    used = Asset.objects.filter(pk__in=[found.asset.pk for found in composed.references])
    used.update(use_count=F("use_count") + 1, last_used_at=timezone.now())


def _check_budget(project: Project, estimate: Decimal) -> None:
    """Refuse what would pass the budget; the row is locked so that two jobs cannot both take the last dollar."""
    budget = Project.objects.select_for_update().values_list("budget_usd", flat=True).get(pk=project.pk)
    if budget is None:
        return
    left = budget - LedgerEntry.objects.filter(project=project).committed()
    if estimate > left:
        message = (
            f"This take costs ${estimate:.2f}, but only ${max(left, Decimal(0)):.2f} "
            f"of the project's budget of ${budget:.2f} is left."
        )
        raise CannotQueue([Problem("budget", message)])
