"""Uses of an asset: projects, jobs, takes. Those that the user may not see are only counted."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from generation.models import Job, JobReference, Promotion, Take
from generation.views.shared.pagination import page_of
from library.models import Asset, Project
from library.views.access import Request, asset_to_see

FRAGMENT_SIZE, PAGE_SIZE = 5, 24


@require_safe
def where_used(request: Request, handle: str) -> HttpResponse:
    """Show all uses on a page, or for htmx the latest few as a fragment of the asset's page."""
    asset = asset_to_see(request, handle)
    fragment = request.htmx and not request.htmx.boosted
    context = {
        "asset": asset,
        **_origin(request, asset),
        **_projects(request, asset),
        **_jobs(request, asset, bool(fragment)),
    }
    name = "library/_where_used.html" if fragment else "library/where_used.html"
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _origin(request: Request, asset: Asset) -> dict[str, Any]:
    """Return the take from which the asset was created, if any, and whether the user may see it."""
    made = Promotion.objects.filter(asset=asset).select_related("take__shot", "take__project", "by").first()
    seen = made and Take.objects.visible_to(request.user).filter(pk=made.take_id).exists()
    return {"made_of": made, "may_see_origin": seen}


def _projects(request: Request, asset: Asset) -> dict[str, Any]:
    links = asset.links.select_related("project", "pinned_version").order_by("project__name")
    seen = links.filter(project__in=Project.objects.visible_to(request.user))
    return {"links": list(seen[:200]), "hidden_projects": links.count() - seen.count()}


def _jobs(request: Request, asset: Asset, fragment: bool) -> dict[str, Any]:
    """Return the visible jobs with their take and the version that they used, newest first."""
    every = Job.objects.filter(pk__in=_references(asset).values("job"))
    seen = every.visible_to(request.user)
    size = FRAGMENT_SIZE if fragment else PAGE_SIZE
    page = page_of(seen.select_related("project", "shot", "take"), request.GET.get("before"), size=size)
    numbers = dict(_references(asset).filter(job__in=page.items).values_list("job", "version__number"))
    job_count = seen.count()
    return {
        "uses": [(job, numbers[job.pk]) for job in page.items],
        "next": page.next,
        "job_count": job_count,
        "take_count": seen.filter(take__isnull=False).count(),
        "hidden_jobs": every.count() - job_count,
    }


def _references(asset: Asset) -> QuerySet[JobReference]:
    return JobReference.objects.filter(asset=asset).order_by()
