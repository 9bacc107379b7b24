"""Page fragments that are refreshed every second while they show active jobs.

The URL of a refresh contains a digest of what the fragment shows. If nothing has changed, the response is empty (204)
and the page is not replaced, so that focus, selection and opened details survive.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from generation.models import Job
from generation.views.shared.access import Request


def mark(jobs: Iterable[Job], *more: Any) -> str:
    """Return a digest that changes when the displayed state of these jobs changes."""
    shown = [(job.pk, job.status, job.progress, job.attempts, job.priority, job.abandoned_at) for job in jobs]
    return hashlib.blake2s(repr((shown, more)).encode(), digest_size=8).hexdigest()


def is_refresh(request: Request) -> bool:
    """Return whether the request refreshes a fragment."""
    return "live" in request.GET


def refresh(request: Request, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render the fragment, or return 204 if the page shows it already. `context` contains its `mark`."""
    if request.GET.get("live") == context["mark"]:
        return HttpResponse(status=204)
    return render(request, template, context)


def base_url(request: Request) -> str:
    """Return the URL of the page with its filters, to which `live=` can be appended."""
    filters = request.GET.copy()
    filters.pop("live", None)
    return f"{request.path}?{filters.urlencode()}{'&' if filters else ''}"
