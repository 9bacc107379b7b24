"""Resume a paused gateway."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from generation import lifecycle
from generation.views.shared.access import Request, came_from, staff_only


@require_POST
def gateway_resume(request: Request) -> HttpResponse:
    """Resume submits; for administrators."""
    staff_only(request)
    lifecycle.resume_gateway(by=request.user)
    return redirect(came_from(request, otherwise=reverse("generation:jobs")))
