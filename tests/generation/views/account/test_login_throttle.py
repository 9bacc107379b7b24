"""Guessing passwords at the log-in pages: who has to wait, for whom, and what the log says."""

import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from library import passwords
from library.passwords import MAX_LENGTH, HashingSlots
from tests.factories import PASSWORD

DOORS = ("/login/", "/admin/login/")
ELSEWHERE = "198.51.100.7"


def log_in(door: str, name: str, password: str, *, browser: Client | None = None, **sent: Any) -> Any:
    return (browser or Client()).post(door, {"username": name, "password": password}, **sent)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_the_61st_wrong_password_is_429_and_the_right_one_waits_too(
    alice: User, door: str, name: str
) -> None:
    statuses = [log_in(door, name, f"wrong {number}").status_code for number in range(61)]
    assert set(statuses[:10]) == {200}
    assert set(statuses[10:]) == {429}
    refused = log_in(door, name, PASSWORD)
    assert (refused.status_code, "_auth_user_id" in refused.client.session) == (429, False)
    assert 0 < int(refused["Retry-After"]) <= 300
    assert refused.context["minutes"] > 1


@pytest.mark.parametrize("door", DOORS)
def test_both_doors_count_together_and_a_person_elsewhere_is_let_in(admin_user: User, door: str) -> None:
    for number in range(61):
        log_in(DOORS[number % 2], admin_user.username, f"wrong {number}")
    assert log_in(door, admin_user.username, "password").status_code == 429
    answer = log_in(door, admin_user.username, "password", REMOTE_ADDR=ELSEWHERE)
    assert (answer.status_code, "_auth_user_id" in answer.client.session) == (302, True)


def test_one_address_has_60_guesses_for_all_accounts_together(db: None) -> None:
    statuses = [log_in("/login/", f"user{number}", "summer-2026").status_code for number in range(61)]
    assert (set(statuses[:60]), statuses[60]) == ({200}, 429)
    assert log_in("/login/", "user99", "summer-2026", REMOTE_ADDR=ELSEWHERE).status_code == 200


def test_the_owner_comes_in_while_many_addresses_guess(alice: User) -> None:
    laptop = Client(REMOTE_ADDR=ELSEWHERE)
    assert log_in("/login/", "alice", PASSWORD, browser=laptop).status_code == 302
    laptop.post("/logout/")
    for number in range(20):
        for _ in range(8):
            log_in("/login/", "alice", "wrong", REMOTE_ADDR=f"192.0.2.{number}")
    # At a fresh address, and on the laptop even after as many typing errors as a calm day allows.
    assert log_in("/login/", "alice", PASSWORD, REMOTE_ADDR="203.0.113.1").status_code == 302
    for _ in range(9):
        assert log_in("/login/", "alice", "typo", browser=laptop).status_code == 200
    assert log_in("/login/", "alice", PASSWORD, browser=laptop).status_code == 302


def test_a_known_device_is_known_for_its_own_account_only(alice: User, bob: User) -> None:
    laptop = Client()
    log_in("/login/", "alice", PASSWORD, browser=laptop)
    assert laptop.cookies["device"]["httponly"]
    laptop.post("/logout/")
    statuses = [log_in("/login/", "bob", "wrong", browser=laptop).status_code for _ in range(12)]
    assert statuses[-1] == 429
    assert log_in("/login/", "bob", PASSWORD).status_code == 429
    forged = Client()
    forged.cookies["device"] = laptop.cookies["device"].value[:-3] + "abc"
    assert log_in("/login/", "bob", PASSWORD, browser=forged).status_code == 429


def test_behind_a_proxy_that_hides_its_clients_one_account_waits_and_no_other(
    settings: Any, alice: User, bob: User
) -> None:
    settings.TRUSTED_PROXIES = settings.TRUSTED_PROXIES.one_hop("127.0.0.0/8")
    for _ in range(61):
        log_in("/login/", "bob", "wrong")
        log_in("/login/", "nobody", "wrong")
    assert log_in("/login/", "bob", PASSWORD).status_code == 429
    assert log_in("/login/", "alice", PASSWORD).status_code == 302


def test_a_forged_header_makes_nobody_a_new_client(alice: User) -> None:
    statuses = [
        log_in("/login/", "alice", "wrong", headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
        for number in range(61)
    ]
    assert statuses[-1] == 429


def test_typing_errors_are_forgotten_after_the_right_password(alice: User) -> None:
    for _ in range(5):
        for _ in range(9):
            assert log_in("/login/", "alice", "typo").status_code == 200
        assert log_in("/login/", "alice", PASSWORD).status_code == 302


def test_the_log_names_accounts_that_exist_and_no_secret(alice: User, caplog: Any) -> None:
    with caplog.at_level(logging.INFO, logger="backlot.login"):
        log_in("/login/", "alice", "wrong-secret")
        log_in("/login/", "my-secret-in-the-wrong-field", "x")
        log_in("/login/", "alice", PASSWORD)
        for _ in range(11):
            log_in("/login/", "alice", "wrong-secret")
    lines = [record.getMessage() for record in caplog.records if record.name == "backlot.login"]
    assert lines[:3] == [
        "Failed log-in: account 'alice', from 127.0.0.1",
        "Failed log-in: no such account, from 127.0.0.1",
        "Log-in: account 'alice', from 127.0.0.1",
    ]
    assert lines[-1].startswith("Refused log-in for ")
    assert "secret" not in " ".join(lines)


def test_a_password_of_absurd_length_is_not_hashed(
    settings: Any, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise AssertionError("hashed")

    monkeypatch.setattr("django.contrib.auth.hashers.MD5PasswordHasher.encode", fail)
    for name in ("alice", "nobody"):
        assert log_in("/login/", name, "x" * (MAX_LENGTH + 1)).status_code == 200


def test_where_too_many_log_in_at_once_the_others_come_back(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "slots", HashingSlots(0, 0))
    answers = [log_in("/login/", "alice", PASSWORD) for _ in range(15)]
    assert {answer.status_code for answer in answers} == {503}
    assert answers[0]["Retry-After"] == "2"
    monkeypatch.undo()
    assert log_in("/login/", "alice", PASSWORD).status_code == 302


@pytest.mark.parametrize("door", DOORS)
def test_the_session_gets_a_new_key_at_log_in_and_ends_when_the_password_changes(
    admin_user: User, door: str
) -> None:
    browser, other = Client(), Client()
    session = browser.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    browser.cookies["sessionid"] = planted
    log_in(door, admin_user.username, "password", browser=browser)
    assert browser.session.session_key != planted
    log_in(door, admin_user.username, "password", browser=other)
    assert other.get("/projects/").status_code == 200
    admin_user.set_password("another-long-one-4711")
    admin_user.save()
    assert [each.get("/projects/").status_code for each in (browser, other)] == [302, 302]


def test_the_old_password_cannot_be_guessed_in_an_open_session(admin_client: Client) -> None:
    typed = {"old_password": "wrong", "new_password1": "lamplight-9911", "new_password2": "lamplight-9911"}
    statuses = [admin_client.post("/admin/password_change/", typed).status_code for _ in range(61)]
    assert (statuses[0], statuses[60]) == (200, 429)
    typed["old_password"] = "password"
    assert admin_client.post("/admin/password_change/", typed).status_code == 429
