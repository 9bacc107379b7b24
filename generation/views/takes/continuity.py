"""The continuity sheet of an asset, for screen and print."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from generation.reviews.reports.continuity import sheet
from generation.views.shared.pagination import page_number
from library.views.access import Request, asset_to_see


@require_safe
def continuity(request: Request, handle: str) -> HttpResponse:
    """Show all takes of the asset that the user may see, or with `?approved=1` the approved ones."""
    asset = asset_to_see(request, handle)
    approved = request.GET.get("approved") == "1"
    context = {
        "asset": asset,
        "approved": approved,
        "sheet": sheet(request.user, asset, approved=approved, page=page_number(request, "page")),
    }
    return render(request, "generation/takes/continuity.html", context)
