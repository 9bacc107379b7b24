"""Hashing: what is made, what is replaced, and that it never takes all threads."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, identify_hasher, make_password
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client

from config import settings as real
from library import passwords
from library.passwords import HashingBusy, HashingSlots, MaximumLengthValidator
from tests.factories import PASSWORD


@pytest.fixture
def hashers(settings: Any) -> None:
    """The hashers of the app; the tests have a quick one."""
    settings.PASSWORD_HASHERS = real.PASSWORD_HASHERS


@pytest.mark.usefixtures("hashers")
def test_new_passwords_are_hashed_by_argon2id_as_owasp_has_it() -> None:
    encoded = make_password(PASSWORD)
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert (check_password(PASSWORD, encoded), check_password("wrong", encoded)) == (True, False)
    assert identify_hasher(encoded).must_update(encoded) is False


@pytest.mark.usefixtures("hashers", "db")
@pytest.mark.parametrize("encoded", ["pbkdf2", "argon2$argon2id$v=19$m=8192,t=1,p=1$"])
def test_an_older_hash_is_replaced_at_the_next_log_in(encoded: str) -> None:
    user = User(username="alice", password=older(encoded))
    user.save()
    browser = Client()
    browser.post("/login/", {"username": "alice", "password": "wrong"})
    user.refresh_from_db()
    assert "m=19456" not in user.password
    browser.post("/login/", {"username": "alice", "password": PASSWORD})
    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert browser.get("/projects/").status_code == 200


def older(encoded: str) -> str:
    if encoded == "pbkdf2":
        return passwords.BoundedPbkdf2Hasher().encode(PASSWORD, "salt4711", 1000)

    class Weak(passwords.BoundedArgon2Hasher):
        memory_cost, time_cost = 8192, 1

    return Weak().encode(PASSWORD, Weak().salt())


@pytest.mark.usefixtures("hashers", "db")
def test_every_kind_of_failure_hashes_once(monkeypatch: pytest.MonkeyPatch, alice: User) -> None:
    """So that no time tells whether there is such an account."""
    User.objects.create(username="inactive", password=make_password(PASSWORD), is_active=False)
    User.objects.create(username="unusable", password="!")
    User.objects.filter(pk=alice.pk).update(password=make_password(PASSWORD))
    hashed: list[str] = []
    for name in ("encode", "verify"):
        monkeypatch.setattr(Argon2PasswordHasher, name, counting(hashed, getattr(Argon2PasswordHasher, name)))
    tried = [("alice", "wrong"), ("nobody", PASSWORD), ("inactive", PASSWORD), ("unusable", PASSWORD)]
    for name, typed in [*tried, ("alice", PASSWORD)]:
        hashed.clear()
        Client().post("/login/", {"username": name, "password": typed})
        assert len(hashed) == 1, name


def counting(hashed: list[str], hash_it: Callable[..., Any]) -> Callable[..., Any]:
    def counted(self: Any, *values: str) -> Any:
        hashed.append(hash_it.__name__)
        return hash_it(self, *values)

    return counted


def test_slots_let_two_through_and_three_wait_and_refuse_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "LONGEST_WAIT", 30)
    slots, inside, leave = HashingSlots(2, 3), threading.Semaphore(0), threading.Event()

    def hold() -> str:
        with slots.taken():
            inside.release()
            assert leave.wait(30)
        return "hashed"

    with ThreadPoolExecutor(16) as pool:
        holding = [pool.submit(hold) for _ in range(2)]
        for _ in range(2):
            assert inside.acquire(timeout=30)
        others = [pool.submit(refused_or(hold)) for _ in range(14)]
        # Those who are refused do not wait for anybody, so eleven end while the slots are still held.
        wait_until(lambda: sum(other.done() for other in others) == 11)
        leave.set()
        results = [other.result(timeout=30) for other in others]
    assert [one.result() for one in holding] == ["hashed"] * 2
    assert (results.count("hashed"), results.count("refused")) == (3, 11)
    with slots.taken():
        pass


def refused_or(hold: Callable[[], str]) -> Callable[[], str]:
    def attempt() -> str:
        try:
            return hold()
        except HashingBusy:
            return "refused"

    return attempt


def wait_until(is_so: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(3000):
        if is_so():
            return
        pause.wait(0.01)
    raise AssertionError("it never came to that")


@pytest.mark.parametrize(
    ("threads", "at_once", "waiting"), [(1, 1, 0), (2, 1, 0), (4, 2, 0), (8, 2, 3), (64, 2, 38)]
)
def test_threads_stay_free(threads: int, at_once: int, waiting: int) -> None:
    slots = HashingSlots.among(threads)
    assert (slots.at_once, slots.waiting) == (at_once, waiting)


def test_a_thread_that_holds_a_slot_needs_no_other() -> None:
    slots = HashingSlots(1, 0)
    with slots.taken(), slots.taken(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(refused_or(lambda: _enter(slots))).result(timeout=30) == "refused"
    with slots.taken():
        pass


def test_who_waits_too_long_is_refused_and_leaves_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "LONGEST_WAIT", 0.01)
    slots = HashingSlots(1, 1)
    with slots.taken(), ThreadPoolExecutor(1) as pool:
        for _ in range(3):
            assert pool.submit(refused_or(lambda: _enter(slots))).result(timeout=30) == "refused"
    with slots.taken():
        pass


def _enter(slots: HashingSlots) -> str:
    with slots.taken():
        return "hashed"


def test_a_new_password_has_a_longest_length() -> None:
    MaximumLengthValidator().validate("x" * passwords.MAX_LENGTH)
    with pytest.raises(ValidationError):
        MaximumLengthValidator().validate("x" * (passwords.MAX_LENGTH + 1))
