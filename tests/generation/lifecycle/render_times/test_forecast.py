"""When a job is likely to start and to be done, in honest words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.lifecycle.render_times import forecast
from generation.lifecycle.render_times.forecast import Outlook, about

SORT = {"model": "skyreels-v4-fast", "resolution": "480p", "duration": 5}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "less than a minute"),
        (44, "less than a minute"),
        (46, "about 1 min"),
        (240, "about 4 min"),
        (430, "about 8 min"),
        (3500, "about 60 min"),
        (3 * 3600, "about 3 h"),
    ],
)
def test_words(seconds: float, words: str) -> None:
    assert about(seconds) == words


def test_a_render_takes_as_long_as_half_of_its_sort_and_one_odd_one_changes_nothing() -> None:
    assert forecast.render_seconds([60, 61, 900], **SORT) == 61


@given(st.sampled_from(["480p", "720p", "1080p", "4k"]), st.integers(3, 15))
def test_without_samples_the_slow_model_takes_longer(resolution: str, duration: int) -> None:
    fast, slow = (
        forecast.render_seconds([], model=f"skyreels-v4-{kind}", resolution=resolution, duration=duration)
        for kind in ("fast", "std")
    )
    assert 30 < fast < slow <= 2 * fast


@given(st.integers(0, 999), st.floats(0, 3600), st.integers(1, 1000))
def test_who_is_further_behind_never_starts_sooner(ahead: int, due_in: float, rpm: int) -> None:
    near, far = (
        forecast.waiting(place, due_in=due_in, render=60, requests_per_minute=rpm)
        for place in (ahead, ahead + 1)
    )
    assert due_in <= near.start_in <= far.start_in
    assert near.finish_in - near.start_in >= 60


@pytest.mark.parametrize(
    ("outlook", "told"),
    [
        (Outlook(ahead=0, start_in=0, finish_in=65), "next in the queue, done in about 1 min"),
        (Outlook(ahead=1, start_in=5, finish_in=65), "1 goes before it, done in about 1 min"),
        (
            Outlook(ahead=1200, start_in=600, finish_in=720),
            "1,200 go before it, starts in about 10 min, done in about 12 min",
        ),
        (Outlook(finish_in=100), "done in about 2 min"),
        (Outlook(finish_in=-1), "takes longer than usual"),
        (Outlook(rests="waits: its project is paused"), "waits: its project is paused"),
        (Outlook(), ""),
    ],
)
def test_what_is_told(outlook: Outlook, told: str) -> None:
    assert outlook.told == told
