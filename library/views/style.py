"""The style page."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from library.views.access import Request


@require_safe
def style(request: Request) -> HttpResponse:
    """Show every component, for developers of pages."""
    if not request.user.is_staff:
        raise PermissionDenied(_("Only administrators can open the style page."))
    return render(request, "style.html")
