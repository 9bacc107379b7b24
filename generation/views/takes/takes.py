"""The grid of takes."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from generation.reviews.reports.take_search import search
from generation.views.playlists.add_takes import offered_playlists
from generation.views.shared.access import Request
from generation.views.shared.pagination import page_of
from generation.views.takes.take_search import search_fields, search_of

PAGE_SIZE = 36


@require_GET
def takes(request: Request) -> HttpResponse:
    """List the takes that the user may see and that match the search, newest first."""
    criteria = search_of(request.GET)
    page = page_of(search(request.user, criteria).for_cards(), request.GET.get("before"), size=PAGE_SIZE)
    context = {
        "takes": page.items,
        "next": page.next,
        "offered": offered_playlists(request),
        **search_fields(request, criteria),
    }
    return render(request, "generation/takes/takes.html", context)
