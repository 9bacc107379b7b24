"""Guests' pages while copies of videos are made for their link: they poll, and are reloaded once more of them are
ready. No form is shown in the meantime, so a reload loses no input."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRefresh

from generation.reviews.sharing.link_videos import Shown

POLL = "ready"


def waiting(films: Iterable[Shown]) -> dict[str, Any]:
    """Return the context of a page that shows the progress and polls."""
    films = list(films)
    return {
        "is_preparing": any(film.is_coming for film in films),
        "has_failed_films": any(film.has_failed for film in films),
        "ready_count": _ready(films),
    }


def is_poll(request: HttpRequest) -> bool:
    """Return whether this request is a poll of a waiting page."""
    return request.method == "GET" and POLL in request.GET


def poll_answer(request: HttpRequest, films: Iterable[Shown]) -> HttpResponse:
    """Return 204 while no more videos are ready than the page shows, else make the browser reload it."""
    films = list(films)
    is_same = request.GET[POLL] == str(_ready(films)) and any(film.is_coming for film in films)
    return HttpResponse(status=204) if is_same else HttpResponseClientRefresh()


def _ready(films: Iterable[Shown]) -> int:
    return sum(film.is_ready for film in films)
