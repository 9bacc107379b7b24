"""Takes: the grid, and one take with its player."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from generation.models import Take
from generation.views.access import Request, take_to_see
from generation.views.paging import page_of, wanted
from generation.views.promote import assets_of
from generation.views.prompts import prompt_parts, references_of
from library.models import Project

SIZE, STACK = 36, 60


@require_GET
def takes(request: Request) -> HttpResponse:
    """All takes that the user may see, newest first, of one project or one shot when asked."""
    rows = Take.objects.visible_to(request.user).for_cards()
    project, shot = wanted(request, "project"), wanted(request, "shot")
    if project:
        rows = rows.filter(project__slug=project)
    if shot:
        rows = rows.filter(shot__code=shot)
    page = page_of(rows, request.GET.get("before"), size=SIZE)
    context = {
        "takes": page.items,
        "next": page.next,
        "project": project,
        "shot": shot,
        "projects": Project.objects.visible_to(request.user)[:100],
    }
    return render(request, "generation/takes.html", context)


@require_GET
def take(request: Request, uuid: UUID) -> HttpResponse:
    """One take: the player, the stack of its shot, what it was made with."""
    found = take_to_see(request, uuid)
    references = references_of(found.job)
    context = {
        "take": found,
        "job": found.job,
        "references": references,
        "assets": assets_of(request, found),
        "prompt_parts": prompt_parts(found.job.prompt, references),
        "stack": Take.objects.filter(project=found.project_id, shot=found.shot_id)[:STACK]
        if found.shot
        else [],
        "download_name": f"{found.project.slug}-{found.shot.code if found.shot else 'take'}-{found.number}.mp4",
        "can_edit": Project.objects.editable_by(request.user).filter(pk=found.project_id).exists(),
    }
    return render(request, "generation/take.html", context)
