"""A request's calls stay in memory that is taken once."""

import resource
from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse

from config.room import with_room

DEEPEST, CALLS = 120, 50


def page(request: HttpRequest) -> HttpResponse:
    """As a page of templates does: at each depth it calls the same thing again and again."""

    def part(depth: int) -> None:
        for _ in range(CALLS):
            wide()
        if depth < DEEPEST:
            part(depth + 1)

    part(0)
    return HttpResponse()


def wide() -> None:
    pass


# More than a call of `part` wants, so that where there is room for no further `part` there is none for this either.
wide.__code__ = wide.__code__.replace(co_stacksize=64)


def pages_of_memory(view: Callable[[HttpRequest], HttpResponse]) -> int:
    """How often the system had to give memory while it ran."""
    view(HttpRequest())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    view(HttpRequest())
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_a_request_takes_memory_once_however_often_it_calls_at_whatever_depth() -> None:
    assert pages_of_memory(with_room(page)) < CALLS


def test_without_it_memory_is_taken_at_each_of_some_calls() -> None:
    assert pages_of_memory(page) > CALLS


def test_what_fails_inside_fails_as_it_would_outside() -> None:
    def broken(request: HttpRequest) -> HttpResponse:
        raise ValueError("of the page")

    with pytest.raises(ValueError, match="of the page"):
        with_room(broken)(HttpRequest())
