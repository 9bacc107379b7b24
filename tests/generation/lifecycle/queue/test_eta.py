"""The text of an estimate."""

import pytest

from generation.lifecycle.queue.eta import Blocked, Eta, approximate_time


@pytest.mark.parametrize(
    ("seconds", "text"),
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
def test_durations_are_rounded(seconds: float, text: str) -> None:
    assert approximate_time(seconds) == text


@pytest.mark.parametrize(
    ("eta", "text"),
    [
        (Eta(ahead=0, start_in=0, finish_in=65), "next in the queue, ready in about 1 min"),
        (Eta(ahead=1, start_in=5, finish_in=65), "1 job ahead, ready in about 1 min"),
        (
            Eta(ahead=1200, start_in=600, finish_in=720),
            "1,200 jobs ahead, starts in about 10 min, ready in about 12 min",
        ),
        (Eta(finish_in=100), "ready in about 2 min"),
        (Eta(finish_in=-1), "taking longer than usual"),
        (Eta(), ""),
    ],
)
def test_the_text_names_position_start_and_end(eta: Eta, text: str) -> None:
    assert eta.text == text


@pytest.mark.parametrize("reason", Blocked)
def test_a_blocked_job_shows_only_the_reason(reason: Blocked) -> None:
    assert Eta(blocked=reason, ahead=3, start_in=5, finish_in=65).text == reason.label
