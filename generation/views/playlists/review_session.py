"""A review session: a playlist take by take, with a summary at the end."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from generation.models import Playlist, ReviewState
from generation.reviews.playlists import playlists
from generation.reviews.playlists.playlists import PlaylistTake
from generation.views.notes import notes
from generation.views.playlists.playlist_rows import strip_rows
from generation.views.shared.access import Request, take_to_see
from generation.views.takes import verdicts
from generation.views.takes.take_page import download_name
from library import storage
from library.models import Project

END = "end"


@require_safe
def playlist(request: Request, uuid: UUID) -> HttpResponse:
    """Show the take at `?at=<n>`, counted from 1, or the summary at `?at=end`; for htmx only the session.

    `?present=1` fills the window with the video.
    """
    found = _playlist(request, uuid)
    context = {
        "playlist": found,
        "is_presenting": request.GET.get("present") == "1",
        **_session(request, found),
    }
    is_fragment = request.htmx and not request.htmx.boosted
    name = "_playlist_session.html" if is_fragment else "playlist.html"
    response = render(request, f"generation/playlists/{name}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _playlist(request: Request, uuid: UUID) -> Playlist:
    """Return the playlist with `may_edit`, `may_share` and `item_count`, in one query."""
    editable = Playlist.objects.editable_by(request.user).filter(pk=OuterRef("pk"))
    shareable = Project.objects.editable_by(request.user).filter(pk=OuterRef("project"))
    rows = Playlist.objects.visible_to(request.user).select_related("project")
    rows = rows.annotate(may_edit=Exists(editable), may_share=Exists(shareable), item_count=Count("items"))
    return get_object_or_404(rows, uuid=uuid)


def _session(request: Request, found: Any) -> dict[str, Any]:
    takes = playlists.takes_for(found, request.user)
    position = _position(request.GET.get("at", ""), len(takes))
    context = {
        "take_count": len(takes),
        "strip": list(strip_rows(takes, position or END)),
        "hidden": found.item_count - len(takes),
        "summary": playlists.summary(takes),
        "position": position or END,
        "first_waiting": _first_waiting(takes),
        "previous": (position or len(takes) + 1) - 1,
        "next": position + 1 if position and position < len(takes) else END,
    }
    if position:
        context["next_take"] = takes[position] if position < len(takes) else None
        context |= _stage(request, takes[position - 1])
    return context


def _first_waiting(takes: list[PlaylistTake]) -> int | None:
    """Return the position of the first take without a decision."""
    waiting = ReviewState.WAITING
    return next((position for position, take in enumerate(takes, 1) if take.review == waiting), None)


def _stage(request: Request, current: PlaylistTake) -> dict[str, Any]:
    """Return the context of the player, the verdicts and the notes of one take."""
    take = take_to_see(request, current.uuid)
    notes_context = notes.context(request, take)
    permissions = notes_context["permissions"]
    permissions.attach_creator(take.job)
    return {
        "job": take.job,
        "video_url": storage.signed_url(take.key),
        "download_url": storage.signed_url(take.key, download_name=download_name(take)),
        **notes_context,
        **verdicts.context(request, take, can_decide=permissions.can_decide),
    }


def _position(text: str, count: int) -> int:
    """Return the position of a take, from 1, or 0 for the summary. Text that is not a number is the first take; an
    empty playlist has only the summary."""
    if text == END or not count:
        return 0
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    return max(1, number) if number <= count else 0
