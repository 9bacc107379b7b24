"""The queue's levers: which goes first, which project pauses, what nobody waits for any more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect
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
SHOWN_QUEUES = 30


@dataclass(frozen=True)
class Queue:
    """How many jobs of a project wait, and whether they may be sent."""

    name: str
    slug: str
    waiting: int
    is_paused: bool
    can_edit: bool


@require_POST
def job_priority(request: Request, uuid: UUID) -> HttpResponse:
    """Another place in the queue for a job that waits."""
    found = job_to_edit(request, uuid)
    return _prioritised(request, Job.objects.filter(pk=found.pk), found.get_absolute_url())


@require_POST
def batch_priority(request: Request, uuid: UUID) -> HttpResponse:
    """The same for all of a batch that waits."""
    found = batch_to_edit(request, uuid)
    return _prioritised(request, found.jobs.all(), found.get_absolute_url())


@require_POST
def job_abandon(request: Request, uuid: UUID) -> HttpResponse:
    """Nobody waits for it any more; with `abandoned=0` somebody does again."""
    found = job_to_edit(request, uuid)
    decide = lifecycle.restore if request.POST.get("abandoned") == "0" else lifecycle.abandon
    try:
        decide(found, by=request.user)
    except lifecycle.NotPossible as refusal:
        messages.error(request, str(refusal))
    return redirect(came_from(request, otherwise=found.get_absolute_url()))


@require_POST
def project_queue(request: Request, slug: str) -> HttpResponse:
    """Pause a project's queue, or with `paused=0` let it go on."""
    found = project_to_edit(request, slug)
    if request.POST.get("paused") == "0":
        lifecycle.resume_project(found, by=request.user)
        messages.success(request, f"The queue of {found} goes on.")
    else:
        lifecycle.pause_project(found, by=request.user)
        messages.success(request, f"The queue of {found} is paused. What was sent already goes on.")
    return redirect(came_from(request, otherwise=found.get_absolute_url()))


def queues(request: Request) -> list[Queue]:
    """The user's projects of which something waits or which are paused, those with the most waiting first."""
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
    return sorted(found, key=lambda queue: (-queue.waiting, queue.name))[:SHOWN_QUEUES]


def steerable(request: Request, jobs: Iterable[Job]) -> set[int]:
    """The keys of those of these jobs that wait and that the user may move."""
    waiting = [job.pk for job in jobs if job.status == Status.QUEUED]
    if not waiting:
        return set()
    return set(Job.objects.editable_by(request.user).filter(pk__in=waiting).values_list("pk", flat=True))


def told(etas: Mapping[int, Eta]) -> list[tuple[int, str]]:
    """What is said of the etas: a page has changed when that has."""
    return [(job_id, eta.text) for job_id, eta in etas.items()]


def _prioritised(request: Request, jobs: Any, otherwise: str) -> HttpResponse:
    try:
        priority = Priority(int(request.POST.get("priority", "")))
    except ValueError:
        messages.error(request, "Choose whether it goes first, in turn or when there is time.")
    else:
        if not lifecycle.prioritise(jobs, priority, by=request.user):
            messages.info(request, "Nothing waits there any more, so nothing was changed.")
    return redirect(came_from(request, otherwise=otherwise))
