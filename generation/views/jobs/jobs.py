"""Jobs: the list, one job's story, and what can be done to it. Live parts read the database only."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from generation import lifecycle
from generation.models import Job
from generation.views.compose import reuse
from generation.views.compose.prompts import references_of, request_json, split_prompt
from generation.views.context_processors import gateway_pause
from generation.views.jobs import controls
from generation.views.shared import polling_fragments
from generation.views.shared.access import Request, job_to_edit, job_to_see, uuid_in
from generation.views.shared.pagination import page_of, wanted
from library.models import Project

SIZE = 30
Status = Job.Status
FILTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("All", ()),
    "in-hand": ("In hand", Job.Status.active),
    "succeeded": ("Done", (Status.SUCCEEDED,)),
    "failed": ("Failed", (Status.FAILED,)),
    "held": ("Held", (Status.HELD,)),
    "cancelled": ("Cancelled", (Status.CANCELLED,)),
    "draft": ("Drafts", (Status.DRAFT,)),
}


@require_GET
def jobs(request: Request) -> HttpResponse:
    """The queue, newest first, by status and project."""
    status = wanted(request, "status")
    rows = Job.objects.visible_to(request.user).select_related(
        "project", "shot", "created_by", "take", "ledger"
    )
    if statuses := FILTERS.get(status, FILTERS[""])[1]:
        rows = rows.filter(status__in=statuses)
    if project := wanted(request, "project"):
        rows = rows.filter(project__slug=project)
    page = page_of(rows, request.GET.get("before"), size=SIZE)
    etas = lifecycle.estimate_etas(page.items)
    queues = controls.queues(request)
    context = {
        "jobs": page.items,
        "etas": etas,
        "queues": queues,
        "steerable": controls.steerable(request, page.items),
        "next": page.next,
        "in_hand": any(job.is_active for job in page.items),
        "mark": polling_fragments.mark(page.items, controls.told(etas), queues),
        "live_url": polling_fragments.address(request),
        "status": status,
        "project": project,
        "filters": [(key, label) for key, (label, _) in FILTERS.items()],
    }
    if polling_fragments.is_refresh(request):
        return polling_fragments.refresh(request, "generation/jobs/_jobs.html", context)
    return render(request, "generation/jobs/jobs.html", context | {"project_name": _named(request, project)})


def _named(request: Request, slug: str) -> str:
    """How people call the project; the slug itself of one that the user does not see."""
    found = Project.objects.visible_to(request.user).filter(slug=slug).first() if slug else None
    return found.name if found else slug


@require_GET
def job(request: Request, uuid: UUID) -> HttpResponse:
    """One job: where it stands, its story, what it asks for, its money."""
    return render(request, "generation/jobs/job.html", _page(request, job_to_see(request, uuid)))


@require_GET
def job_live(request: Request, uuid: UUID) -> HttpResponse:
    """The part of the job page that changes; at a transition it brings the request along."""
    found = job_to_see(request, uuid)
    context = _page(request, found) | {"moved": request.GET.get("status") != found.status}
    return polling_fragments.refresh(request, "generation/jobs/_job_refresh.html", context)


@require_POST
def job_cancel(request: Request, uuid: UUID) -> HttpResponse:
    """Take back a job that was not sent yet."""
    found = job_to_edit(request, uuid)
    try:
        lifecycle.cancel(found, by=request.user)
    except lifecycle.NotPossible as refusal:
        messages.error(request, str(refusal))
    # A draft is gone with its page.
    return redirect(found.project if found.status == Status.DRAFT else found)


@require_POST
def job_retry(request: Request, uuid: UUID) -> HttpResponse:
    """A new job with the same prompt and settings; the button pressed twice makes one."""
    found = job_to_edit(request, uuid)
    try:
        return redirect(
            lifecycle.retry(found, by=request.user, form_key=uuid_in(request.POST.get("form_key", "")))
        )
    except (lifecycle.NotPossible, lifecycle.CannotQueue) as refusal:
        messages.error(request, f"No job was made. {refusal}")
    return redirect(found)


def _page(request: Request, found: Job) -> dict[str, Any]:
    references = references_of(found)
    events = list(found.events.select_related("by"))
    etas = lifecycle.estimate_etas([found])
    return {
        "job": found,
        "events": events,
        "references": references,
        "prompt_segments": split_prompt(found.prompt, references),
        "request_json": request_json(bytes(found.request_body or b"")),
        "can_edit": Job.objects.editable_by(request.user).filter(pk=found.pk).exists(),
        "pause": gateway_pause() if found.status == Status.QUEUED else None,
        "eta": etas.get(found.pk),
        "mark": polling_fragments.mark([found], len(events), controls.told(etas)),
        "form_key": uuid4(),
        **reuse.reuse_options(found, getattr(found, "take", None)),
    }
