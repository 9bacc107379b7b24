"""How long guessing has to wait."""

from typing import Any
from uuid import uuid4

import pytest

from generation.reviews import guessing
from generation.reviews.guessing import FIRST_WAIT, LONGEST_WAIT, Slowing


@pytest.fixture
def clock(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which the test moves, and a part of the cache of its own."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid4().hex}}
    now = [1_800_000_000.0]
    monkeypatch.setattr(guessing.time, "time", lambda: now[0])
    return now


def test_some_are_free_and_each_further_one_waits_twice_as_long() -> None:
    slowing = Slowing(uuid4().hex, free=3)
    seen = []
    for _ in range(12):
        seen.append(slowing.wait("link", "192.0.2.1"))
        slowing.count("link", "192.0.2.1")
    assert seen[:3] == [0, 0, 0]
    assert seen[3:7] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT, 8 * FIRST_WAIT]
    assert max(seen) == LONGEST_WAIT


def test_the_door_opens_when_the_wait_is_over(clock: list[float]) -> None:
    slowing = Slowing("door", free=1)
    slowing.count("somebody")
    assert slowing.wait("somebody") == FIRST_WAIT
    clock[0] += FIRST_WAIT - 0.5
    assert slowing.wait("somebody") == 1
    clock[0] += 0.5
    assert slowing.wait("somebody") == 0


@pytest.mark.usefixtures("clock")
def test_many_who_try_elsewhere_let_nothing_be_forgotten() -> None:
    """An address of IPv6 is one of more than anybody counts."""
    slowing = Slowing("door", free=1)
    slowing.count("link")
    for number in range(2000):
        slowing.count(f"2001:db8::{number:x}")
    assert slowing.wait("link") > 0


def test_each_is_counted_apart_and_forgotten_after_the_right_answer() -> None:
    slowing = Slowing(uuid4().hex, free=1)
    for who in (("a", "b"), ("a", "c"), ("fe80::1%eth0 \r\n", "x" * 300)):
        assert slowing.wait(*who) == 0
        slowing.count(*who)
        assert slowing.wait(*who) > 0
    slowing.forget("a", "b")
    assert (slowing.wait("a", "b"), slowing.wait("a", "c") > 0) == (0, True)
