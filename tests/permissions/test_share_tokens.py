"""A share token opens its own takes and nothing else: tried over every address of the whole app.

Asked for by a browser that has a guest's cookie for every path, as no browser would send it, with the token wherever
a secret, a name or a key may stand.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.urls.converters import IntConverter, UUIDConverter

from generation.models import Guest, Note, ShareLink, Take
from generation.reviews.sharing import guests
from tests.generation.views.conftest import make_take
from tests.permissions import changes
from tests.permissions.row import GET, METHODS, POST, Row
from tests.permissions.table import ROWS
from tests.permissions.test_table import _addresses
from tests.permissions.visit import Visitors
from tests.permissions.world import World

# All that somebody without an account gets, whatever they hold, beside what says itself that it is 4xx.
OPEN_TO_ALL = {"/healthz", "/login/", "/admin/login/", "/api/v1/openapi.json", "/v1/openapi.json", "/v1/docs"}
REFUSED = {401, 403, 404, 405, 410, 422, 503}


@pytest.fixture
def world(db: None, s3: None) -> World:
    return World()


@pytest.fixture
def link(world: World) -> ShareLink:
    """A link to one take that allows all that can be allowed."""
    return ShareLink.objects.get(uuid=world.ids["share"])


@pytest.fixture
def guest(link: ShareLink) -> Guest:
    return guests.add_guest(link, name="Greta")


@pytest.fixture
def browser(link: ShareLink, guest: Guest) -> Client:
    """Its cookie goes to every path."""
    made = Client(raise_request_exception=False)
    made.post(f"{link.get_absolute_url()}enter/", {"name": "Greta"})
    made.cookies["guest"]["path"] = "/"
    return made


def every_address() -> Iterator[tuple[str, URLPattern]]:
    """Every address with its pattern; of the admin all pages too."""
    yield from _addresses(get_resolver())
    for one in get_resolver().url_patterns:
        if str(one.pattern) == "admin/":
            yield from _addresses(one, "admin/")


def filled(route: str, pattern: URLPattern, secrets: dict[type, Any]) -> str:
    """The address with what the guest knows in place of each key; a regular expression only as it begins."""
    if "(" in route:
        return "/" + route.split("(")[0].lstrip("^")
    for name, converter in pattern.pattern.converters.items():
        value = next((secrets[kind] for kind in type(converter).__mro__ if kind in secrets), secrets[str])
        route = re.sub(rf"<(\w+:)?{name}>", str(value), route)
    return "/" + route


def opened(answer: HttpResponseBase) -> bool:
    """Whether the answer gives anything: leading to the log-in or refusing does not."""
    if answer.status_code in (301, 302):
        return not answer["Location"].startswith(("/login/", "/admin/login/"))
    return answer.status_code not in REFUSED


def ask(
    browser: Client, method: str, path: str, token: str, before: changes.Snapshot
) -> tuple[HttpResponseBase, str]:
    """The answer and what it changed since `before`; undone."""
    with transaction.atomic():
        answer = getattr(browser, method.lower())(path, headers={"Authorization": f"Bearer {token}"})
        changed = changes.told(before, changes.snapshot())
        transaction.set_rollback(True)
    return answer, changed


def test_the_token_in_every_place_of_every_address_opens_nothing(
    world: World, link: ShareLink, guest: Guest, browser: Client
) -> None:
    """Also as the token of an API, and with the keys of the link, its take and its guest where keys stand."""
    take = Take.objects.get(uuid=world.ids["take"])
    known = [link, take, guest, take.job]
    keys: list[dict[type, Any]] = [
        {UUIDConverter: getattr(one, "uuid", guest.key), IntConverter: one.pk, str: link.token}
        for one in known
    ]
    found, asked, before = {}, set(), changes.snapshot()
    for route, pattern in every_address():
        if route.startswith("s/"):
            continue
        for secrets in keys:
            path = filled(route, pattern, secrets)
            if path in asked:
                continue
            asked.add(path)
            for method in (GET, POST):
                answer, changed = ask(browser, method, path, link.token, before)
                if changed or (opened(answer) and path not in OPEN_TO_ALL):
                    found[method, path] = (answer.status_code, changed)
    assert found == {}
    assert len(asked) > 150


def test_with_a_guests_cookie_every_line_of_the_table_is_as_for_nobody(
    world: World, link: ShareLink, guest: Guest
) -> None:
    """Every page and call of the table, with what it takes, about things that are really there."""
    visitors = Visitors(world)
    visitors.browser.post(f"{link.get_absolute_url()}enter/", {"name": "Greta"})
    cookie = visitors.browser.cookies["guest"].value
    visitors.before = changes.snapshot()
    different = []
    for row in ROWS:
        if row.path.startswith("/s/{share_token}"):
            continue
        without = _answer(visitors, row, None)
        if _answer(visitors, row, cookie) != without:
            different.append(str(row))
    assert different == []


def _answer(visitors: Visitors, row: Row, cookie: str | None) -> tuple[int, str, str]:
    """Status, where it leads and what it changed, for nobody with this cookie."""
    send = visitors._send

    def sent_with_cookie(*args: Any, **kwargs: Any) -> HttpResponseBase:
        if cookie:
            visitors.browser.cookies["guest"] = cookie
        return send(*args, **kwargs)

    visitors._send = sent_with_cookie  # type: ignore[method-assign]
    try:
        with transaction.atomic():
            answer = visitors._ask(row, None)
            changed = changes.told(visitors.before, changes.snapshot())
            transaction.set_rollback(True)
    finally:
        visitors._send = send  # type: ignore[method-assign]
    return answer.status_code, answer.headers.get("Location", ""), changed


def test_the_own_addresses_show_the_own_take_alone(world: World, link: ShareLink, browser: Client) -> None:
    """Every address under `/s/`, with the own token and with others'."""
    own = Take.objects.get(uuid=world.ids["take"])
    others = [make_take(world.alice, world.project), make_take(world.alice, own.project, shot=own.shot)]
    ballot = world.ids["ballot_token"]
    seen, before = {}, changes.snapshot()
    for route, _ in every_address():
        if not route.startswith("s/"):
            continue
        for name, token, take in [
            ("own", link.token, own),
            *(("another take", link.token, other) for other in others),
            ("another link", ballot, own),
        ]:
            path = "/" + route.replace("<str:token>", token).replace("<uuid:uuid>", str(take.uuid))
            path = path.replace("<path:rest>", f"{token}/takes")
            for method in METHODS:
                answer, changed = ask(browser, method, path, token, before)
                if changed or answer.status_code == 200:
                    seen[method, route, name] = (answer.status_code, changed)
    # Without a take in the address the own link shows its own page, whatever the others are called.
    shown = {(method, route) for (method, route, name) in seen if name == "own"}
    assert shown == {(GET, "s/<str:token>/"), (GET, "s/<str:token>/takes/<uuid:uuid>/")}
    assert {key for key in seen if key[2] == "another take" and "<uuid" in key[1]} == set()
    # Another link asks for a name first.
    assert {key for key in seen if key[2] == "another link"} == {(GET, "s/<str:token>/", "another link")}
    assert "Your name" in browser.get(f"/s/{ballot}/").content.decode()


def test_a_note_of_a_guest_is_nobodys_to_change_without_an_account(
    world: World, link: ShareLink, browser: Client
) -> None:
    """What a guest wrote is changed by the team alone: no address of notes opens by the cookie."""
    take = Take.objects.get(uuid=world.ids["take"])
    browser.post(f"{link.get_absolute_url()}takes/{take.uuid}/notes/", {"text": "could it hold?"})
    note = Note.objects.get(text="could it hold?")
    before = changes.snapshot()
    for what in ("edit", "reply", "delete", "resolve", "reopen", "next"):
        answer, changed = ask(browser, POST, f"/notes/{note.uuid}/{what}/", link.token, before)
        assert (opened(answer), changed) == (False, ""), what
