"""The style page."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from library.views.access import Request


@require_safe
def style(request: Request) -> HttpResponse:
    """The style page: every component, for those who build pages."""
    if not request.user.is_staff:
        raise PermissionDenied("The style page is for those who build pages, and they are administrators.")
    return render(request, "style.html")
