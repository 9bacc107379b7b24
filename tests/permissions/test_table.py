"""Every line of the permission table, and that no page is without one."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.permissions.row import GET, METHODS, OPENED_BY_A_TOKEN, Row
from tests.permissions.table import PARTS, ROWS
from tests.permissions.visit import Visitors
from tests.permissions.world import World

# Its pages have tests of their own (`test_admin`); the table has its index.
ADMIN = "admin/"
UNKNOWN_CALL = "^(?:api|v1)/"
# The provider has no session either; the address is the secret.
PROVIDERS_CALL = "hooks/skyreels/<slug:token>/callback"
# Nor has a mail program that unsubscribes its person.
MAIL_PROGRAMS_CALL = "unsubscribe/<str:token>/"
# Not even an administrator puts words into another's mouth.
ANOTHERS_WORDS = "/notes/{note}/edit/"
# Nor opens a link that an owner has to decide on.
PAUSED_LINK = "/s/{paused_token}/"


@pytest.fixture
def visitors(db: None, s3: None) -> Visitors:
    """A new world with a session for each person. What a request does to it is undone before the next one."""
    return Visitors(World())


@pytest.mark.parametrize("part", PARTS)
def test_who_gets_what(visitors: Visitors, part: str) -> None:
    """One world for each part of the table; all wrong lines are told at once."""
    wrong = [sentence for row in PARTS[part] for sentence in visitors.differences(row)]
    assert not wrong, "\n".join(["", *wrong])


def test_every_address_has_a_line(visitors: Visitors) -> None:
    told = {_route(visitors, row) for row in ROWS}
    without = [f"{one.name}: {route}" for route, one in _addresses(get_resolver()) if route not in told]
    assert not without, "\n".join(["add lines to the permission table for", *without])


def test_every_method_has_a_line(visitors: Visitors) -> None:
    """Asked for by an administrator, who is refused nothing: only what no view answers is 405."""
    paths = {route: visitors.path(row) for row in ROWS if (route := _route(visitors, row)) != ADMIN}
    lines = {(_route(visitors, row), row.method) for row in ROWS}
    without = [
        f"{method} {route}"
        for route, path in paths.items()
        for method in METHODS
        if (route, method) not in lines and visitors.status(method, path) != 405
    ]
    assert not without, "\n".join(["answered, but not in the permission table:", *without])


def test_an_administrator_may_open_every_page(visitors: Visitors) -> None:
    """Also those that nobody else may open."""
    rows = [row for row in ROWS if row.method == GET and row.path not in (ANOTHERS_WORDS, PAUSED_LINK)]
    pages = {visitors.path(row) for row in rows if {200, 302, 403} & {*row[2:7]}}
    assert {path for path in pages if visitors.status(GET, path) not in (200, 302)} == set()


def test_no_page_takes_a_form_from_elsewhere() -> None:
    """A call that a token opens has no session that a stranger's page could use: see the next test."""
    exempt = {
        route for route, one in _addresses(get_resolver()) if getattr(one.callback, "csrf_exempt", False)
    }
    pages = {route for route in exempt if not f"/{route}".startswith(OPENED_BY_A_TOKEN)}
    assert pages == {UNKNOWN_CALL, PROVIDERS_CALL, MAIL_PROGRAMS_CALL}


def test_no_session_opens_a_call(visitors: Visitors) -> None:
    calls = [row for row in ROWS if row.is_call and row.anonymous == 401]
    assert {str(row): visitors.status_by_session(row) for row in calls} == {str(row): 401 for row in calls}


def _route(visitors: Visitors, row: Row) -> str:
    return str(resolve(visitors.path(row).partition("?")[0]).route)


def _addresses(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """The route of every address with its pattern; of the admin the index alone."""
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route, one
        elif route == ADMIN:
            yield route, next(found for found in one.url_patterns if found.name == "index")
        else:
            yield from _addresses(one, route)
