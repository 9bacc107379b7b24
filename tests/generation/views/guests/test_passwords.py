"""The right password of a share link, wrong ones, and what guessing costs."""

from typing import Any

import pytest
from django.test import Client

from config import settings as real
from generation.models import Guest, Take
from generation.views.guests.guest_limits import LINK_PASSWORDS
from library import passwords
from library.passwords import HashingSlots
from tests.generation.views.guests.conftest import PASSWORD, Share, enter, page_of, text_of


def test_only_the_right_password_opens_the_link(take: Take, share: Share) -> None:
    link = share(take, password=PASSWORD)
    assert PASSWORD not in link.password
    browser = Client()
    told = text_of(browser.get(link.get_absolute_url()))
    assert 'type="password"' in told
    for wrong in ("", "low tide at ten", link.password):
        answer = browser.post(f"{link.get_absolute_url()}enter/", {"name": "Greta", "password": wrong})
        assert answer.status_code == 422
        assert 'value="Greta"' in text_of(answer)
    assert (Guest.objects.count(), "guest" in browser.cookies) == (0, False)
    enter(link, browser=browser, password=PASSWORD)
    assert browser.get(page_of(link, take)).status_code == 200


def test_too_many_wrong_passwords_are_429_and_the_right_one_has_to_wait(take: Take, share: Share) -> None:
    link = share(take, password=PASSWORD)
    entry, most = f"{link.get_absolute_url()}enter/", LINK_PASSWORDS.per_client.most
    statuses = [guess(entry).status_code for _ in range(61)]
    assert statuses == [422] * most + [429] * (61 - most)
    answer = guess(entry, PASSWORD)
    assert (answer.status_code, 0 < int(answer["Retry-After"]) <= 60) == (429, True)
    # Clients at other addresses are not affected.
    assert guess(entry, PASSWORD, "192.0.2.7").status_code == 302


def guess(entry: str, password: str = "guessed", address: str = "127.0.0.1") -> Any:
    return Client(REMOTE_ADDR=address).post(entry, {"name": "Greta", "password": password})


def test_while_many_addresses_guess_each_has_few_attempts_and_who_knows_it_comes_in(
    take: Take, share: Share
) -> None:
    link = share(take, password=PASSWORD)
    entry = f"{link.get_absolute_url()}enter/"
    for number in range(20):
        for _ in range(5):
            guess(entry, address=f"192.0.2.{number}")
    statuses = [guess(entry, address="198.51.100.7").status_code for _ in range(5)]
    assert statuses == [422] * 3 + [429] * 2
    assert guess(entry, PASSWORD, "198.51.100.8").status_code == 302


def test_wrong_passwords_are_logged_without_them(
    take: Take, share: Share, caplog: pytest.LogCaptureFixture
) -> None:
    link = share(take, password=PASSWORD)
    guess(f"{link.get_absolute_url()}enter/", "nearly-right")
    assert f"Wrong password for share link {link.pk}, from 127.0.0.1" in caplog.messages
    assert "nearly" not in "".join(caplog.messages)


def test_an_older_hash_is_replaced_when_the_password_is_right(
    take: Take, share: Share, settings: Any
) -> None:
    link = share(take, password=PASSWORD)
    settings.PASSWORD_HASHERS = [*real.PASSWORD_HASHERS, *settings.PASSWORD_HASHERS]
    enter(link, password=PASSWORD)
    link.refresh_from_db()
    assert link.password.startswith("argon2$")
    enter(link, password=PASSWORD)


def test_where_too_many_come_in_at_once_the_others_come_back(
    take: Take, share: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = share(take, password=PASSWORD)
    entry = f"{link.get_absolute_url()}enter/"
    monkeypatch.setattr(passwords, "slots", HashingSlots(0, 0))
    answers = [guess(entry, PASSWORD) for _ in range(10)]
    assert {answer.status_code for answer in answers} == {503}
    assert int(answers[0]["Retry-After"]) > 0
    monkeypatch.undo()
    enter(link, password=PASSWORD)


def test_newcomers_from_one_address_are_limited_and_others_come_in(take: Take, share: Share) -> None:
    link = share(take)
    entry = f"{link.get_absolute_url()}enter/"
    statuses = [Client().post(entry, {"name": f"Guest {number}"}).status_code for number in range(61)]
    assert statuses == [302] * 60 + [429]
    assert Client(REMOTE_ADDR="192.0.2.7").post(entry, {"name": "Otto"}).status_code == 302


def test_whoever_is_inside_is_not_asked_while_others_guess(take: Take, share: Share) -> None:
    link = share(take, password=PASSWORD)
    greta = enter(link, password=PASSWORD)
    for _ in range(LINK_PASSWORDS.per_client.most):
        Client().post(f"{link.get_absolute_url()}enter/", {"name": "Eve", "password": "guessed"})
    assert greta.get(link.get_absolute_url()).status_code == 200
