"""Entering a share link, and the cookie that identifies a guest."""

import re
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from generation.models import (
    Guest,
    ShareLink,
    Take,
)
from generation.reviews.sharing import guests
from tests.generation.views.conftest import Visit
from tests.generation.views.guests.conftest import PASSWORD, Share, enter, page_of, text_of


def test_visitors_without_a_name_see_only_the_entry_form(take: Take, share: Share) -> None:
    link = share(take)
    told = text_of(Client().get(link.get_absolute_url()))
    assert 'name="name"' in told
    assert [
        word for word in ("Harbour Lights", "SHOT-010", "ferry", "Take 1", "takes/", " bob") if word in told
    ] == []
    for address in (page_of(link, take), f"{page_of(link, take)}notes/", f"{link.get_absolute_url()}vote/"):
        ask = Client().get if address == page_of(link, take) else Client().post
        answer = ask(address)
        assert (answer.status_code, answer["Location"]) == (302, link.get_absolute_url())


def test_a_guest_who_entered_a_name_sees_the_take(take: Take, share: Share) -> None:
    link = share(take)
    browser = enter(link, "  Greta\tGarcia ")
    told = text_of(browser.get(link.get_absolute_url()))
    assert re.search(r'id="viewing-as">[^/]*Greta Garcia', told)
    assert "SHOT-010" in told
    assert "a secret recipe" not in told
    assert Guest.objects.get().name == "Greta Garcia"


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u0007", "x" * 61])
def test_an_invalid_name_is_refused(take: Take, share: Share, name: str) -> None:
    link = share(take)
    answer = Client().post(f"{link.get_absolute_url()}enter/", {"name": name})
    assert (answer.status_code, Guest.objects.count()) == (422, 0)


def test_the_cookie_is_limited_to_its_link_and_hidden_from_scripts(
    take: Take, share: Share, settings: Any
) -> None:
    settings.SESSION_COOKIE_SECURE = True
    link = share(take, days=2)
    cookie = enter(link).cookies["guest"]
    assert (cookie["path"], cookie["samesite"]) == (link.get_absolute_url(), "Lax")
    assert (cookie["httponly"], cookie["secure"]) == (True, True)
    assert 2 * 86400 - 60 < int(cookie["max-age"]) <= 2 * 86400


def test_forged_and_foreign_cookies_are_ignored(take: Take, share: Share) -> None:
    link, other = share(take), share(take)
    key = str(Guest.objects.get(pk=guests.add_guest(link, name="Greta").pk).key)
    foreign = enter(other).cookies["guest"].value
    right_salt = f"generation.guest.{link.token}"
    forged = {
        "unsigned": key,
        "signed by another": signing.TimestampSigner(key="guessed", salt="guest" + right_salt).sign(key),
        "of another link": foreign,
        "another's guest, signed for this link": _signed(link, str(other.guests.get().key)),
        "changed": _signed(link, key)[:-2] + "xx",
        "empty": "",
    }
    seen = {}
    for why, value in forged.items():
        browser = Client()
        browser.cookies["guest"] = value
        seen[why] = browser.get(page_of(link, take)).status_code
    assert seen == dict.fromkeys(forged, 302)
    browser = Client()
    browser.cookies["guest"] = _signed(link, key)
    assert browser.get(page_of(link, take)).status_code == 200


def test_attempts_are_counted_and_guests_admitted_while_redis_is_down(
    take: Take, share: Share, settings: Any
) -> None:
    open_link, closed_link = share(take), share(take, password=PASSWORD)
    known = enter(closed_link, password=PASSWORD)
    redis = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": redis, "LOCATION": "redis://127.0.0.1:1/0"}}
    assert enter(open_link).get(open_link.get_absolute_url()).status_code == 200
    assert known.get(closed_link.get_absolute_url()).status_code == 200
    assert Client().get("/s/of-nobody/").status_code == 404
    entry = f"{closed_link.get_absolute_url()}enter/"
    enter(closed_link, password=PASSWORD)
    statuses = [Client().post(entry, {"name": "Greta", "password": "guessed"}).status_code for _ in range(61)]
    assert (statuses[0], statuses[60]) == (422, 429)


def _signed(link: ShareLink, key: str) -> str:
    return signing.get_cookie_signer(salt="guest" + f"generation.guest.{link.token}").sign(key)


def test_a_member_is_an_ordinary_guest(take: Take, share: Share, visit: Visit) -> None:
    link = share(take)
    browser = visit("bob")
    assert 'name="name"' in text_of(browser.get(link.get_absolute_url()))
    told = text_of(enter(link, "B.", browser=browser).get(link.get_absolute_url()))
    assert re.search(r'id="viewing-as">[^/]*B\.', told)
    assert [word for word in ("/projects/", "/jobs/", "/library/", "/logout/") if word in told] == []
