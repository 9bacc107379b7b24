"""Who may send how much to which page."""

import inspect
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from generation import api_tokens
from generation.supervision.web import allowance as allowance_module
from generation.supervision.web.allowance import UPLOADS, allowance, takes_files
from library.sessions import SessionStore


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's transaction is on the connection that each call would give back."""
    monkeypatch.setattr(allowance_module, "close_old_connections", lambda: None)


PAGE, UPLOAD = "/projects/new/", "/library/uploads/"


def environ(path: str, **headers: str) -> dict[str, Any]:
    return RequestFactory(headers=headers).post(path).environ


def views(resolver: URLResolver, space: str = "") -> list[tuple[str, Any]]:
    """Every named view with its full name."""
    found: list[tuple[str, Any]] = []
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            found.append((f"{space}{one.name}", inspect.unwrap(one.callback)))
        elif one.namespace not in {"admin", "api", "gateway_api"}:
            found += views(one, f"{space}{one.namespace}:" if one.namespace else space)
    return found


def test_the_pages_that_take_media_are_those_for_uploads() -> None:
    reading = {name for name, view in views(get_resolver()) if "request.FILES" in source_of(view)}
    # A table of shots is text; and of a stale form only the names of its files are shown.
    assert reading - {"generation:shot_table"} == {name for name in UPLOADS if name.startswith("library:")}


def source_of(view: Any) -> str:
    try:
        return inspect.getsource(view)
    except TypeError:
        return ""


@pytest.mark.parametrize(
    ("path", "takes"),
    [
        ("/library/new/", True),
        ("/library/@Nova/versions/", True),
        ("/library/import/", True),
        ("/api/v1/assets", True),
        ("/api/v1/assets/Nova/versions", True),
        ("/v1/videos/generations", False),
        ("/projects/new/", False),
        ("/nowhere", False),
        ("/café\udc80", False),
    ],
)
def test_which_paths_take_files(path: str, takes: bool) -> None:
    assert takes_files(path) is takes


@pytest.mark.django_db
def test_a_session_or_a_token_that_is_valid(settings, alice) -> None:
    strangers, page, upload = (
        settings.MAX_ANONYMOUS_BYTES,
        settings.MAX_BODY_BYTES,
        settings.MAX_UPLOAD_BYTES,
    )
    browser = Client()
    browser.force_login(alice)
    cookie = f"sessionid={browser.cookies['sessionid'].value}"
    row, secret = api_tokens.make(user=alice, name="program")
    assert allowance(environ(UPLOAD, Cookie=cookie)) == upload
    assert allowance(environ(PAGE, Cookie=cookie)) == page
    assert allowance(environ("/api/v1/assets", Authorization=f"Bearer {secret}")) == upload
    for nobody in (
        {},
        {"Cookie": "sessionid=made-up"},
        {"Authorization": "Bearer bl_wrong"},
        {"Cookie": "guest=1"},
    ):
        assert allowance(environ(UPLOAD, **nobody)) == strangers
    browser.logout()
    api_tokens.revoke(row)
    assert allowance(environ(UPLOAD, Cookie=cookie)) == strangers
    assert allowance(environ("/api/v1/assets", Authorization=f"Bearer {secret}")) == strangers


@pytest.mark.django_db
def test_a_deactivated_account_is_a_stranger(settings, alice) -> None:
    browser = Client()
    browser.force_login(alice)
    alice.is_active = False
    alice.save()
    cookie = f"sessionid={browser.cookies['sessionid'].value}"
    assert allowance(environ(UPLOAD, Cookie=cookie)) == settings.MAX_ANONYMOUS_BYTES


@pytest.mark.django_db
def test_looking_at_a_session_after_the_secret_key_was_rotated_leaves_it_where_it_is(settings, alice) -> None:
    """Django gives such a session a new key, which the browser would not be told: an upload would log its user out."""
    browser = Client()
    browser.force_login(alice)
    key = browser.cookies["sessionid"].value
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret key of this installation"
    assert allowance(environ(UPLOAD, Cookie=f"sessionid={key}")) == settings.MAX_UPLOAD_BYTES
    assert SessionStore().exists(key)
