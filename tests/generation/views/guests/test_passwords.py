"""The right password of a share link, wrong ones, and what guessing costs."""

import pytest
from django.test import Client
from django.utils import timezone

from generation.models import (
    Guest,
    Take,
)
from generation.reviews.guessing import FIRST_WAIT
from generation.views.guests import PASSWORDS
from tests.generation.views.guests.conftest import PASSWORD, Share, enter, page_of, text_of


def test_the_right_password_opens_and_a_wrong_one_does_not(take: Take, share: Share) -> None:
    link = share(take, password=PASSWORD)
    assert PASSWORD not in link.password
    browser = Client()
    told = text_of(browser.get(link.get_absolute_url()))
    assert 'type="password"' in told
    for wrong in ("", "low tide at ten", link.password):
        answer = browser.post(f"{link.get_absolute_url()}enter/", {"name": "Greta", "password": wrong})
        assert answer.status_code == 422
        assert "That is not the password" in text_of(answer)
        assert 'value="Greta"' in text_of(answer)
    assert (Guest.objects.count(), "guest" in browser.cookies) == (0, False)
    enter(link, browser=browser, password=PASSWORD)
    assert browser.get(page_of(link, take)).status_code == 200


def test_guessing_passwords_costs_waits_that_grow_and_the_right_one_waits_too(
    take: Take, share: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = share(take, password=PASSWORD)
    door = f"{link.get_absolute_url()}enter/"
    typed = {"name": "Greta", "password": "guessed"}
    statuses = [Client().post(door, typed).status_code for _ in range(PASSWORDS.free + 1)]
    assert statuses == [422] * PASSWORDS.free + [429]
    answer = Client().post(door, {"name": "Greta", "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= FIRST_WAIT
    assert "Too many tries" in text_of(answer)

    later = timezone.now().timestamp() + FIRST_WAIT + 1
    monkeypatch.setattr("generation.reviews.guessing.time.time", lambda: later)
    assert Client().post(door, typed).status_code == 422
    answer = Client().post(door, {"name": "Greta", "password": PASSWORD})
    assert (answer.status_code, int(answer["Retry-After"])) == (429, 2 * FIRST_WAIT)
    # Somebody elsewhere knows the password and is let in.
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.post(door, {"name": "Otto", "password": PASSWORD}).status_code == 302


def test_guesses_from_many_addresses_are_counted_together(take: Take, share: Share) -> None:
    link = share(take, password=PASSWORD)
    door = f"{link.get_absolute_url()}enter/"
    tries = [
        Client(REMOTE_ADDR=f"192.0.2.{number}")
        .post(door, {"name": "Greta", "password": "guessed"})
        .status_code
        for number in range(51)
    ]
    assert tries == [422] * 50 + [429]


def test_whoever_is_inside_is_not_asked_while_others_guess(take: Take, share: Share) -> None:
    link = share(take, password=PASSWORD)
    greta = enter(link, password=PASSWORD)
    for _ in range(PASSWORDS.free):
        Client().post(f"{link.get_absolute_url()}enter/", {"name": "Eve", "password": "guessed"})
    assert greta.get(link.get_absolute_url()).status_code == 200
