"""The poll schedule, checked by a simulation."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean, median, quantiles

import pytest

from generation.lifecycle.render_times import poll_schedule

RENDERS = 3000
MEASURED = 40


@dataclass(frozen=True)
class Simulated:
    """The results of a simulation: seconds from the end of each render to the poll that saw it, and number of polls."""

    lags: list[float]
    polls: list[int]

    @property
    def p95(self) -> float:
        return quantiles(self.lags, n=20)[-1]

    def __str__(self) -> str:
        lag = f"lag median {median(self.lags):.2f} s, 95th {self.p95:.2f} s"
        return f"{lag}, polls {fmean(self.polls):.1f} (most {max(self.polls)})"


def simulated(draw: Callable[[random.Random], float], *, seed: int = 5) -> Simulated:
    """Simulate consecutive renders; the first forty only provide samples."""
    chance, samples, lags, polls = random.Random(seed), [], [], []
    for number in range(RENDERS):
        ends, now, asked = draw(chance), 0.0, 0
        while now < ends:
            # The sweep runs every 0.2 s.
            now += poll_schedule.next_poll(now, samples) + chance.uniform(0, 0.2)
            asked += 1
        samples = [*samples, poll_schedule.estimate_render_time(now, samples, has_webhook=False)][-MEASURED:]
        if number >= MEASURED:
            lags.append(now - ends)
            polls.append(asked)
    return Simulated(lags, polls)


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
def test_renders_of_one_to_three_minutes_are_seen_soon_with_few_polls(draw) -> None:
    seen = simulated(draw)
    assert median(seen.lags) <= 3, seen
    assert seen.p95 <= 6, seen
    assert fmean(seen.polls) <= 12, seen


def test_renders_that_become_quicker_are_followed() -> None:
    samples = [random.Random(number).uniform(100, 110) for number in range(MEASURED)]
    first = poll_schedule.next_poll(0, samples)
    for _ in range(3):
        samples = [
            *samples,
            poll_schedule.estimate_render_time(
                poll_schedule.next_poll(0, samples), samples, has_webhook=False
            ),
        ]
    assert poll_schedule.next_poll(0, samples) < first * 0.7


def test_without_samples_the_gaps_follow_the_age() -> None:
    assert poll_schedule.next_poll(0, []) == poll_schedule.UNKNOWN_MIN_GAP
    assert poll_schedule.next_poll(150, []) == pytest.approx(10)
    assert poll_schedule.next_poll(1500, []) == poll_schedule.MAX_GAP


@pytest.mark.parametrize("samples", [[], [90.0], [60.0, 180.0], [120.0] * 40, [5.0, *[100.0] * 39]])
@pytest.mark.parametrize("wait", [poll_schedule.next_poll, poll_schedule.next_fallback_poll])
def test_every_gap_is_bounded(samples, wait) -> None:
    for elapsed in range(0, 20_000, 7):
        gap = wait(float(elapsed), samples)
        assert poll_schedule.MIN_GAP <= gap <= poll_schedule.MAX_GAP_LATE, elapsed


def test_a_late_render_is_asked_about_more_rarely() -> None:
    samples = [60.0] * MEASURED
    late = poll_schedule.late_after(samples)
    assert late == poll_schedule.LATE_AFTER_MIN
    assert (
        poll_schedule.next_poll(late + 1, samples)
        >= poll_schedule.MAX_GAP
        > poll_schedule.next_poll(late - 400, samples)
    )
    assert poll_schedule.next_poll(2 * 3600, samples) == pytest.approx(240)


def test_with_a_call_to_come_two_polls_are_enough() -> None:
    """One early, for renders that end at once; the next when the webhook is overdue."""
    samples = [60.0 + 3 * number for number in range(MEASURED)]
    first = poll_schedule.next_fallback_poll(0, samples)
    assert first == poll_schedule.FIRST_FALLBACK_POLL
    assert first + poll_schedule.next_fallback_poll(first, samples) > max(samples)


def test_how_long_it_took_is_half_a_gap_less() -> None:
    samples = [100.0] * MEASURED
    first = poll_schedule.next_poll(0, samples)
    second = first + poll_schedule.next_poll(first, samples)
    assert poll_schedule.estimate_render_time(second, samples, has_webhook=False) == pytest.approx(
        (first + second) / 2
    )


@pytest.mark.parametrize("samples", [[], [100.0] * MEASURED])
def test_the_end_of_a_late_render_can_be_told_when_it_was_asked_about_all_the_time(samples) -> None:
    now, polls = poll_schedule.next_poll(0, samples), 1
    while now < 8 * 3600:
        now, polls = now + poll_schedule.next_poll(now, samples), polls + 1
    assert poll_schedule.was_polled_regularly(now, samples, polls=polls)
    assert not poll_schedule.was_polled_regularly(now, samples, polls=3)
    assert poll_schedule.was_polled_regularly(poll_schedule.late_after(samples), samples, polls=1)
    assert not poll_schedule.was_polled_regularly(1.7e9, samples, polls=polls)


def test_a_call_tells_the_moment_and_the_net_tells_nothing() -> None:
    samples = [100.0] * MEASURED
    assert poll_schedule.estimate_render_time(97, samples, has_webhook=True) == 97
    assert poll_schedule.estimate_render_time(300, samples, has_webhook=True) is None
