"""PURE: forecasts in seconds, from a job's queue position and from earlier render times."""

from collections.abc import Sequence
from statistics import median

# Used until renders with the same settings have been measured: typical times that the provider publishes
# (docs of the gateway API, section 2).
EXPECTED_S = {"480p": 60.0, "720p": 90.0, "1080p": 150.0}
EXPECTED_OTHERWISE_S = 90.0
RENDER_S_PER_OUTPUT_S = 4.0
SLOW_MODEL, SLOW_MODEL_FACTOR = "std", 1.75
STORING_S = 5.0
# Submits get about half of the steady rate (`rate_limit.REFILL_SHARE`); polls need the other half.
SUBMITS_SHARE = 0.4


def expected_render_time(samples: Sequence[float], *, model: str, resolution: str, duration: int) -> float:
    """Return the likely render time: the median of the measured ones, or an estimate if there are none."""
    if samples:
        return median(samples)
    expected = EXPECTED_S.get(resolution, EXPECTED_OTHERWISE_S) + RENDER_S_PER_OUTPUT_S * duration
    return expected * SLOW_MODEL_FACTOR if SLOW_MODEL in model else expected


def seconds_to_start(ahead: int, *, due_in: float, requests_per_minute: float) -> float:
    """Return the time until a job with `ahead` jobs before it is submitted, at the earliest when it is due."""
    return max(due_in, ahead * 60.0 / (requests_per_minute * SUBMITS_SHARE), 0.0)


def seconds_to_finish(elapsed: float, *, render_time: float) -> float:
    """Return the time until the video is stored, `elapsed` after submission; negative if it is overdue."""
    return render_time - elapsed + STORING_S
