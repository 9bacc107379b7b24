"""Guests' pages while copies of films are made for their link: they ask again by themselves, and are loaded anew once
there is more to see. No form is shown meanwhile, so nothing that was typed is lost."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRefresh

from generation.reviews.link_films import Shown

POLL = "ready"


def waiting(films: Iterable[Shown]) -> dict[str, Any]:
    """Return what a page needs to tell that films are being made, and to ask again."""
    films = list(films)
    return {
        "is_preparing": any(film.is_coming for film in films),
        "has_failed_films": any(film.has_failed for film in films),
        "ready_count": _ready(films),
    }


def is_poll(request: HttpRequest) -> bool:
    """Return whether a page that waits asks again."""
    return request.method == "GET" and POLL in request.GET


def poll_answer(request: HttpRequest, films: Iterable[Shown]) -> HttpResponse:
    """Return 204 while there is no more to see than the page shows, else what makes the browser load it anew."""
    films = list(films)
    is_same = request.GET[POLL] == str(_ready(films)) and any(film.is_coming for film in films)
    return HttpResponse(status=204) if is_same else HttpResponseClientRefresh()


def _ready(films: Iterable[Shown]) -> int:
    return sum(film.is_ready for film in films)
