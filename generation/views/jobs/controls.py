"""Control active jobs: change priorities, pause and resume projects, abandon and restore jobs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from generation import lifecycle
from generation.lifecycle.queue.eta import Eta
from generation.models import Job, Production
from generation.views.shared.access import (
    Request,
    batch_to_edit,
    came_from,
    job_to_edit,
    project_to_edit,
)
from library.models import Project

Status, Priority = Job.Status, Job.Priority
MAX_QUEUES = 30


@dataclass(frozen=True)
class Queue:
    """The number of queued jobs of a project, and whether the project is paused."""

    name: str
    slug: str
    waiting: int
    is_paused: bool
    can_edit: bool


@require_POST
def job_priority(request: Request, uuid: UUID) -> HttpResponse:
    """Change the priority of a queued job."""
    found = job_to_edit(request, uuid)
    return _change_priority(request, Job.objects.filter(pk=found.pk), found.get_absolute_url())


@require_POST
def batch_priority(request: Request, uuid: UUID) -> HttpResponse:
    """Change the priority of all queued jobs of a batch."""
    found = batch_to_edit(request, uuid)
    return _change_priority(request, found.jobs.all(), found.get_absolute_url())


@require_POST
def job_abandon(request: Request, uuid: UUID) -> HttpResponse:
    """Abandon a job, or restore it with `abandoned=0`."""
    found = job_to_edit(request, uuid)
    decide = lifecycle.restore if request.POST.get("abandoned") == "0" else lifecycle.abandon
    try:
        decide(found, by=request.user)
    except lifecycle.NotPossible as refusal:
        messages.error(request, str(refusal))
    return redirect(came_from(request, otherwise=found.get_absolute_url()))


@require_POST
def project_queue(request: Request, slug: str) -> HttpResponse:
    """Pause a project's queue, or resume it with `paused=0`."""
    found = project_to_edit(request, slug)
    if request.POST.get("paused") == "0":
        lifecycle.resume_project(found, by=request.user)
        messages.success(request, _("The queue of %(project)s was resumed.") % {"project": found})
    else:
        lifecycle.pause_project(found, by=request.user)
        text = _("The queue of %(project)s was paused. Submitted jobs continue.")
        messages.success(request, text % {"project": found})
    return redirect(came_from(request, otherwise=found.get_absolute_url()))


def queues(request: Request) -> list[Queue]:
    """Return the user's projects with queued jobs or a paused queue, the longest queue first."""
    seen = Project.objects.visible_to(request.user)
    waiting = Job.objects.filter(status=Status.QUEUED, next_step_at__isnull=False, project__in=seen)
    counts = dict(waiting.order_by().values_list("project").annotate(Count("pk")))
    paused = set(
        Production.objects.filter(paused_at__isnull=False, project__in=seen).values_list("project", flat=True)
    )
    rows = seen.filter(pk__in=[*counts, *paused]).annotate(
        can_edit=Exists(Project.objects.editable_by(request.user).filter(pk=OuterRef("pk")))
    )
    found = [Queue(row.name, row.slug, counts.get(row.pk, 0), row.pk in paused, row.can_edit) for row in rows]
    return sorted(found, key=lambda queue: (-queue.waiting, queue.name))[:MAX_QUEUES]


def prioritisable(request: Request, jobs: Iterable[Job]) -> set[int]:
    """Return the keys of those of these jobs whose priority the user may change."""
    waiting = [job.pk for job in jobs if job.status == Status.QUEUED]
    if not waiting:
        return set()
    return set(Job.objects.editable_by(request.user).filter(pk__in=waiting).values_list("pk", flat=True))


def eta_texts(etas: Mapping[int, Eta]) -> list[tuple[int, str]]:
    """Return the texts of the estimates, for the mark by which a page detects changes."""
    return [(job_id, eta.text) for job_id, eta in etas.items()]


def _change_priority(request: Request, jobs: Any, otherwise: str) -> HttpResponse:
    try:
        priority = Priority(int(request.POST.get("priority", "")))
    except ValueError:
        messages.error(request, _("Choose a priority."))
    else:
        if not lifecycle.prioritise(jobs, priority, by=request.user):
            messages.info(request, _("No queued job with another priority was found. Nothing was changed."))
    return redirect(came_from(request, otherwise=otherwise))
