"""Forecasts of render times and of the time until a job starts."""

from hypothesis import given
from hypothesis import strategies as st

from generation.lifecycle.render_times import forecast

SETTINGS = {"model": "skyreels-v4-fast", "resolution": "480p", "duration": 5}


def test_the_expected_render_time_is_the_median_so_that_an_outlier_changes_nothing() -> None:
    assert forecast.expected_render_time([60, 61, 900], **SETTINGS) == 61


@given(st.sampled_from(["480p", "720p", "1080p", "4k"]), st.integers(3, 15))
def test_without_samples_the_slow_model_takes_longer(resolution: str, duration: int) -> None:
    fast, slow = (
        forecast.expected_render_time(
            [], model=f"skyreels-v4-{kind}", resolution=resolution, duration=duration
        )
        for kind in ("fast", "std")
    )
    assert 30 < fast < slow <= 2 * fast


@given(st.integers(0, 999), st.floats(0, 3600), st.integers(1, 1000))
def test_a_later_position_never_starts_sooner(ahead: int, due_in: float, rpm: int) -> None:
    near, far = (
        forecast.seconds_to_start(position, due_in=due_in, requests_per_minute=rpm)
        for position in (ahead, ahead + 1)
    )
    assert due_in <= near <= far


def test_the_remaining_time_includes_storing_and_is_negative_when_overdue() -> None:
    assert forecast.seconds_to_finish(0, render_time=60) > 60
    assert forecast.seconds_to_finish(100, render_time=60) < 0
