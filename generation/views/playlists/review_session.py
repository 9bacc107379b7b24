"""A review session: a playlist take by take, and at its end what was decided."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from generation.models import Playlist, Take
from generation.reviews.playlists import playlists as lists
from generation.reviews.playlists.playlists import Place
from generation.views.notes import notes
from generation.views.shared.access import Request, take_to_see
from generation.views.takes import verdicts
from generation.views.takes.take_page import download_name
from library import storage
from library.models import Project

END = "end"


@require_safe
def playlist(request: Request, uuid: UUID) -> HttpResponse:
    """The take at `?at=<n>`, counted from 1, or the summary at `?at=end`; for htmx the session alone.

    `?present=1` fills the window with the picture.
    """
    found = _found(request, uuid)
    context = {
        "playlist": found,
        "presents": request.GET.get("present") == "1",
        **_session(request, found),
    }
    fragment = request.htmx and not request.htmx.boosted
    name = "generation/playlists/_playlist_session.html" if fragment else "generation/playlists/playlist.html"
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _found(request: Request, uuid: UUID) -> Playlist:
    """The playlist with `may_edit`, `may_share` and `item_count`, in the one query."""
    mine = Playlist.objects.editable_by(request.user).filter(pk=OuterRef("pk"))
    made_in = Project.objects.editable_by(request.user).filter(pk=OuterRef("project"))
    rows = Playlist.objects.visible_to(request.user).select_related("project")
    rows = rows.annotate(may_edit=Exists(mine), may_share=Exists(made_in), item_count=Count("items"))
    return get_object_or_404(rows, uuid=uuid)


def _session(request: Request, found: Any) -> dict[str, Any]:
    places = lists.places_for(found, request.user)
    at = _at(request.GET.get("at", ""), len(places))
    context = {
        "lineup": places,
        "hidden": found.item_count - len(places),
        "summary": lists.summary(places),
        "turn": at or END,
        "first_waiting": next(
            (n for n, one in enumerate(places, 1) if one.review == Take.Review.WAITING), None
        ),
        "back": (at or len(places) + 1) - 1,
        "on": at + 1 if at and at < len(places) else END,
    }
    if at:
        context |= {"place": places[at - 1], "following": places[at] if at < len(places) else None}
        context |= _stage(request, places[at - 1])
    return context


def _stage(request: Request, place: Place) -> dict[str, Any]:
    """What the player, the verdicts and the notes of one take show."""
    take = take_to_see(request, place.uuid)
    listed = notes.context(request, take)
    listed["crew"].name_maker(take.job)
    return {
        "job": take.job,
        "video_url": storage.signed_url(take.key),
        "download_url": storage.signed_url(take.key, download_name=download_name(take)),
        **listed,
        **verdicts.context(request, take, can_decide=listed["crew"].can_decide),
    }


def _at(text: str, count: int) -> int:
    """Which take, from 1; 0 for the end. What is no number is the first, and of an empty playlist there is only the
    end."""
    if text == END or not count:
        return 0
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    return max(1, number) if number <= count else 0
