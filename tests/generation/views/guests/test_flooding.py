"""How much guests can write: by cookie, by address and by link."""

from typing import Any

import pytest
from django.test import Client

from generation.models import Note, Take
from generation.views.guests import guest_limits
from generation.views.guests.guest_limits import GuestLimit
from library.trusted_proxies import TrustedProxies
from tests.generation.views.guests.conftest import Share, enter, page_of, text_of


def write(page: str, browser: Client, text: str = "hello") -> Any:
    return browser.post(f"{page}notes/", {"text": text})


def give_verdict(page: str, browser: Client) -> Any:
    return browser.post(f"{page}verdict/", {"decision": "changes", "reason": "too dark"})


def test_a_guest_can_write_thirty_notes_in_five_minutes_and_keeps_the_input(take: Take, share: Share) -> None:
    link = share(take)
    browser, page = enter(link), page_of(link, take)
    statuses = [write(page, browser).status_code for _ in range(31)]
    assert statuses == [302] * 30 + [429]
    answer = write(page, browser, "the one too many")
    assert "the one too many</textarea>" in text_of(answer)
    assert 0 < int(answer["Retry-After"]) <= 300


def test_notes_with_fresh_cookies_are_limited(take: Take, share: Share) -> None:
    link = share(take)
    entry, page = f"{link.get_absolute_url()}enter/", page_of(link, take)
    statuses = []
    for number in range(120):
        browser = Client()
        if browser.post(entry, {"name": f"Guest {number}"}).status_code == 302:
            statuses.append(write(page, browser).status_code)
    assert statuses == [302] * 60
    flood = Client(REMOTE_ADDR="192.0.2.7")
    assert write(page, enter(link, browser=flood)).status_code == 302
    assert Note.objects.count() == 61


def test_notes_are_counted_by_address(take: Take, share: Share) -> None:
    link = share(take)
    page, browsers = page_of(link, take), [enter(link, f"Guest {number}") for number in range(4)]
    statuses = [write(page, browser).status_code for browser in browsers for _ in range(20)]
    assert statuses == [302] * 60 + [429] * 20


def test_notes_are_counted_by_link_without_affecting_other_links(
    take: Take, share: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = GuestLimit.named("few", of_guest="30/hour", of_client="60/hour", of_link="6/hour")
    monkeypatch.setattr("generation.views.guests.guest_notes.NOTES", few)
    link, other = share(take), share(take)
    statuses = [
        write(page_of(link, take), enter(link, browser=Client(REMOTE_ADDR=f"192.0.2.{number}"))).status_code
        for number in range(8)
    ]
    assert statuses == [302] * 6 + [429] * 2
    assert write(page_of(other, take), enter(other)).status_code == 302
    assert guest_limits.NOTES.of_link.most == 150


def test_behind_a_proxy_that_hides_its_clients_guests_are_counted_apart(
    take: Take, share: Share, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = TrustedProxies.one_hop("127.0.0.0/8")
    link = share(take)
    page, browsers = page_of(link, take), [enter(link, f"Guest {number}") for number in range(4)]
    assert {write(page, browser).status_code for browser in browsers for _ in range(20)} == {302}


def test_verdicts_are_counted_in_the_same_way(take: Take, share: Share) -> None:
    link = share(take, verdicts=True)
    page = page_of(link, take)
    greta = enter(link)
    assert [give_verdict(page, greta).status_code for _ in range(11)] == [302] * 10 + [429]
    answer = give_verdict(page, greta)
    assert (int(answer["Retry-After"]) > 0, "too dark" in text_of(answer)) == (True, True)
    browsers = [enter(link, f"Guest {number}") for number in range(3)]
    statuses = [give_verdict(page, browser).status_code for browser in browsers for _ in range(10)]
    assert statuses == [302] * 20 + [429] * 10


def test_what_was_refused_for_another_reason_is_not_counted(take: Take, share: Share) -> None:
    link = share(take, verdicts=True)
    browser, page = enter(link), page_of(link, take)
    for _ in range(31):
        assert browser.post(f"{page}notes/", {"text": "hello", "at": "99:99.99"}).status_code == 422
        assert browser.post(f"{page}verdict/", {"decision": "nonsense"}).status_code == 422
    assert write(page, browser).status_code == 302
    assert give_verdict(page, browser).status_code == 302
