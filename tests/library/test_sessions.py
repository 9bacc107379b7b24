"""The table of sessions opens none of them."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client

from library.sessions import SessionStore, row_key
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_row_is_no_cookie(alice: User) -> None:
    browser = Client()
    assert browser.login(username="alice", password=factories.PASSWORD)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    row = Session.objects.get()
    assert row.session_key == row_key(cookie) != cookie
    assert browser.get("/inbox/").status_code == 200
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = row.session_key
    assert thief.get("/inbox/")["Location"].startswith("/login/")


def test_logging_in_and_out_leaves_no_row_behind(alice: User) -> None:
    browser = Client()
    browser.get("/login/")
    browser.login(username="alice", password=factories.PASSWORD)
    browser.post("/logout/")
    assert not Session.objects.exists()
    assert browser.get("/inbox/").status_code == 302


def test_a_session_is_kept_renewed_and_deleted_by_its_key() -> None:
    store = SessionStore()
    store["seen"] = 1
    store.save()
    key = store.session_key
    assert SessionStore(key)["seen"] == 1
    assert store.exists(key)
    store.cycle_key()
    assert not store.exists(key)
    assert SessionStore(store.session_key)["seen"] == 1
    SessionStore().delete(store.session_key)
    assert SessionStore(store.session_key).get("seen") is None
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_so_it_is_without_threads() -> None:
    async def walk() -> None:
        store = SessionStore()
        await store.aset("seen", 1)
        await store.asave()
        key = store.session_key
        assert await SessionStore(key).aget("seen") == 1
        assert await Session.objects.aget() is not None
        assert await store.aexists(key)
        await store.adelete()
        assert not await store.aexists(key)
        assert await SessionStore(key).aget("seen") is None
        # The queries ran in a thread, whose connection would keep the tests' database from being dropped.
        await sync_to_async(connections.close_all)()

    asyncio.run(walk())
