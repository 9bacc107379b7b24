"""Live parts: a fragment asks for itself each second while a job in it is in hand, reading the database only.

The address of a fragment carries a mark of what it shows. When nothing has changed the answer is empty (204) and
the page is left alone, so that focus, selection and opened details survive.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from generation.models import Job
from generation.views.shared.access import Request


def mark(jobs: Iterable[Job], *more: Any) -> str:
    """A short text that differs when what is shown of these jobs differs."""
    shown = [(job.pk, job.status, job.progress, job.attempts, job.priority, job.abandoned_at) for job in jobs]
    return hashlib.blake2s(repr((shown, more)).encode(), digest_size=8).hexdigest()


def is_refresh(request: Request) -> bool:
    """Whether a live part asks for itself."""
    return "live" in request.GET


def refresh(request: Request, template: str, context: dict[str, Any]) -> HttpResponse:
    """The fragment, or 204 when the page shows it already. `context` holds its `mark`."""
    if request.GET.get("live") == context["mark"]:
        return HttpResponse(status=204)
    return render(request, template, context)


def address(request: Request) -> str:
    """This page's own address with its filters, ready for `live=` to be added."""
    filters = request.GET.copy()
    filters.pop("live", None)
    return f"{request.path}?{filters.urlencode()}{'&' if filters else ''}"
