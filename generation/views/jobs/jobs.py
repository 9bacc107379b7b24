"""Jobs: the list, the page of one job, and what can be done with it. Fragments that refresh read only the database."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from generation import lifecycle
from generation.models import Job, JobEvent
from generation.views.compose import reuse
from generation.views.compose.prompts import references_of, request_json, split_prompt
from generation.views.jobs import controls
from generation.views.shared import polling_fragments
from generation.views.shared.access import Request, job_to_edit, job_to_see, uuid_in
from generation.views.shared.pagination import page_of, query_text
from library.models import Project

PAGE_SIZE = 30
Status = Job.Status
# Value in the URL -> label and statuses.
FILTERS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "": (gettext_lazy("All"), ()),
    "in-hand": (gettext_lazy("In progress"), Status.active),
    "succeeded": (gettext_lazy("Done"), (Status.SUCCEEDED,)),
    "failed": (gettext_lazy("Failed"), (Status.FAILED,)),
    "held": (gettext_lazy("Held"), (Status.HELD,)),
    "cancelled": (gettext_lazy("Cancelled"), (Status.CANCELLED,)),
    "draft": (gettext_lazy("Drafts"), (Status.DRAFT,)),
}


@require_GET
def jobs(request: Request) -> HttpResponse:
    """List jobs, newest first, filtered by status and project."""
    status = query_text(request, "status")
    rows = Job.objects.visible_to(request.user).select_related(
        "project", "shot", "created_by", "take", "ledger"
    )
    if statuses := FILTERS.get(status, FILTERS[""])[1]:
        rows = rows.filter(status__in=statuses)
    if project := query_text(request, "project"):
        rows = rows.filter(project__slug=project)
    page = page_of(rows, request.GET.get("before"), size=PAGE_SIZE)
    etas = lifecycle.estimate_etas(page.items)
    queues = controls.queues(request)
    context = {
        "jobs": page.items,
        "etas": etas,
        "queues": queues,
        "prioritisable": controls.prioritisable(request, page.items),
        "next": page.next,
        "in_hand": any(job.is_active for job in page.items),
        "mark": polling_fragments.mark(page.items, controls.eta_texts(etas), queues),
        "live_url": polling_fragments.base_url(request),
        "status": status,
        "project": project,
        "filters": [(key, label) for key, (label, _statuses) in FILTERS.items()],
    }
    if polling_fragments.is_refresh(request):
        return polling_fragments.refresh(request, "generation/jobs/_jobs.html", context)
    return render(
        request, "generation/jobs/jobs.html", context | {"project_name": _project_name(request, project)}
    )


def _project_name(request: Request, slug: str) -> str:
    """Return the project's name, or the slug itself if the user may not see the project."""
    found = Project.objects.visible_to(request.user).filter(slug=slug).first() if slug else None
    return found.name if found else slug


@require_GET
def job(request: Request, uuid: UUID) -> HttpResponse:
    """Show a job: status, log, request and cost."""
    return render(request, "generation/jobs/job.html", _page(request, job_to_see(request, uuid)))


@require_GET
def job_live(request: Request, uuid: UUID) -> HttpResponse:
    """Refresh the part of the job page that changes; after a transition also the request."""
    found = job_to_see(request, uuid)
    context = _page(request, found) | {"moved": request.GET.get("status") != found.status}
    return polling_fragments.refresh(request, "generation/jobs/_job_refresh.html", context)


@require_POST
def job_cancel(request: Request, uuid: UUID) -> HttpResponse:
    """Cancel a queued job, or delete a draft."""
    found = job_to_edit(request, uuid)
    try:
        lifecycle.cancel(found, by=request.user)
    except lifecycle.NotPossible as refusal:
        messages.error(request, str(refusal))
    # The page of a deleted draft no longer exists.
    return redirect(found.project if found.status == Status.DRAFT else found)


@require_POST
def job_retry(request: Request, uuid: UUID) -> HttpResponse:
    """Create a new job with the same prompt and settings; pressing the button twice creates one."""
    found = job_to_edit(request, uuid)
    try:
        return redirect(
            lifecycle.retry(found, by=request.user, form_key=uuid_in(request.POST.get("form_key", "")))
        )
    except (lifecycle.NotPossible, lifecycle.CannotQueue) as refusal:
        messages.error(request, _("No job was created. %(reason)s") % {"reason": refusal})
    return redirect(found)


def _page(request: Request, found: Job) -> dict[str, Any]:
    references = references_of(found)
    events = list(found.events.select_related("by"))
    etas = lifecycle.estimate_etas([found])
    return {
        "job": found,
        "events": events,
        "failure": _failure(found, events),
        "references": references,
        "prompt_segments": split_prompt(found.prompt, references),
        "request_json": request_json(bytes(found.request_body or b"")),
        "can_edit": Job.objects.editable_by(request.user).filter(pk=found.pk).exists(),
        "pause": lifecycle.gateway_pause() if found.status == Status.QUEUED else None,
        "eta": etas.get(found.pk),
        "mark": polling_fragments.mark([found], len(events), controls.eta_texts(etas)),
        "form_key": uuid4(),
        **reuse.reuse_options(found, getattr(found, "take", None)),
    }


def _failure(job: Job, events: list[JobEvent]) -> str:
    """Return why a failed job failed, in the user's language if its event log says it."""
    texts = [event.text for event in events if event.status == Status.FAILED and event.code]
    return texts[0] if texts else job.error_message
