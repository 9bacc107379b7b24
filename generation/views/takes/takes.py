"""Takes: the grid."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from generation.reviews.reports.take_search import search
from generation.views.playlists.add_takes import offered
from generation.views.shared.access import Request
from generation.views.shared.pagination import page_of
from generation.views.takes.take_search import search_fields, search_of

SIZE = 36


@require_GET
def takes(request: Request) -> HttpResponse:
    """All takes that the user may see, the newest first, narrowed by what is asked for."""
    asked = search_of(request.GET)
    page = page_of(search(request.user, asked).for_cards(), request.GET.get("before"), size=SIZE)
    context = {
        "takes": page.items,
        "next": page.next,
        "offered": offered(request),
        **search_fields(request, asked),
    }
    return render(request, "generation/takes/takes.html", context)
