"""When to ask: a pure schedule, shown by a simulated clock."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean, median, quantiles

import pytest

from generation.lifecycle.render_times import poll_schedule

RENDERS = 3000
LEARNT = 40


@dataclass(frozen=True)
class Simulated:
    """What the schedule came to: seconds from the end of each render to the look that saw it, and looks."""

    lags: list[float]
    looks: list[int]

    @property
    def p95(self) -> float:
        return quantiles(self.lags, n=20)[-1]

    def __str__(self) -> str:
        lag = f"lag median {median(self.lags):.2f} s, 95th {self.p95:.2f} s"
        return f"{lag}, looks {fmean(self.looks):.1f} (most {max(self.looks)})"


def simulated(draw: Callable[[random.Random], float], *, seed: int = 5) -> Simulated:
    """One sort's renders one after the other: the first forty are only learnt from."""
    chance, samples, lags, looks = random.Random(seed), [], [], []
    for number in range(RENDERS):
        ends, now, asked = draw(chance), 0.0, 0
        while now < ends:
            # The sweep looks each fifth of a second.
            now += poll_schedule.next_poll(now, samples) + chance.uniform(0, 0.2)
            asked += 1
        samples = [*samples, poll_schedule.took(now, samples, hooked=False)][-LEARNT:]
        if number >= LEARNT:
            lags.append(now - ends)
            looks.append(asked)
    return Simulated(lags, looks)


@pytest.mark.parametrize(
    "draw",
    [
        lambda chance: chance.uniform(60, 180),
        lambda chance: min(180.0, max(60.0, chance.gauss(120, 30))),
        lambda chance: min(180.0, max(60.0, chance.lognormvariate(4.6, 0.3))),
        lambda chance: chance.uniform(60, 80),
        lambda chance: chance.uniform(150, 180),
    ],
    ids=["anything from 60 to 180 s", "around 120 s", "a long tail", "short ones", "long ones"],
)
def test_renders_of_one_to_three_minutes_are_seen_soon_by_few_looks(draw) -> None:
    seen = simulated(draw)
    assert median(seen.lags) <= 3, seen
    assert seen.p95 <= 6, seen
    assert fmean(seen.looks) <= 12, seen


def test_renders_that_become_quicker_are_followed() -> None:
    samples = [random.Random(number).uniform(100, 110) for number in range(LEARNT)]
    first = poll_schedule.next_poll(0, samples)
    for _ in range(3):
        samples = [*samples, poll_schedule.took(poll_schedule.next_poll(0, samples), samples, hooked=False)]
    assert poll_schedule.next_poll(0, samples) < first * 0.7


def test_without_samples_the_gaps_follow_the_age() -> None:
    assert poll_schedule.next_poll(0, []) == poll_schedule.UNKNOWN_QUICKEST
    assert poll_schedule.next_poll(150, []) == pytest.approx(10)
    assert poll_schedule.next_poll(1500, []) == poll_schedule.SLOWEST


@pytest.mark.parametrize("samples", [[], [90.0], [60.0, 180.0], [120.0] * 40, [5.0, *[100.0] * 39]])
@pytest.mark.parametrize("wait", [poll_schedule.next_poll, poll_schedule.next_net_poll])
def test_every_gap_is_bounded(samples, wait) -> None:
    for elapsed in range(0, 20_000, 7):
        gap = wait(float(elapsed), samples)
        assert poll_schedule.QUICKEST <= gap <= poll_schedule.SLOWEST_LATE, elapsed


def test_a_late_render_is_asked_about_more_rarely() -> None:
    samples = [60.0] * LEARNT
    late = poll_schedule.late_after(samples)
    assert late == poll_schedule.LATE_AT_LEAST
    assert (
        poll_schedule.next_poll(late + 1, samples)
        >= poll_schedule.SLOWEST
        > poll_schedule.next_poll(late - 400, samples)
    )
    assert poll_schedule.next_poll(2 * 3600, samples) == pytest.approx(240)


def test_with_a_call_to_come_two_looks_are_enough() -> None:
    """One early, for what ends at once; the next only when the call should have come."""
    samples = [60.0 + 3 * number for number in range(LEARNT)]
    first = poll_schedule.next_net_poll(0, samples)
    assert first == poll_schedule.FIRST_NET_LOOK
    assert first + poll_schedule.next_net_poll(first, samples) > max(samples)


def test_how_long_it_took_is_half_a_gap_less() -> None:
    samples = [100.0] * LEARNT
    first = poll_schedule.next_poll(0, samples)
    second = first + poll_schedule.next_poll(first, samples)
    assert poll_schedule.took(second, samples, hooked=False) == pytest.approx((first + second) / 2)


@pytest.mark.parametrize("samples", [[], [100.0] * LEARNT])
def test_the_end_of_a_late_render_can_be_told_when_it_was_asked_about_all_the_time(samples) -> None:
    now, polls = poll_schedule.next_poll(0, samples), 1
    while now < 8 * 3600:
        now, polls = now + poll_schedule.next_poll(now, samples), polls + 1
    assert poll_schedule.was_watched(now, samples, polls=polls)
    assert not poll_schedule.was_watched(now, samples, polls=3)
    assert poll_schedule.was_watched(poll_schedule.late_after(samples), samples, polls=1)
    assert not poll_schedule.was_watched(1.7e9, samples, polls=polls)


def test_a_call_tells_the_moment_and_the_net_tells_nothing() -> None:
    samples = [100.0] * LEARNT
    assert poll_schedule.took(97, samples, hooked=True) == 97
    assert poll_schedule.took(300, samples, hooked=True) is None
