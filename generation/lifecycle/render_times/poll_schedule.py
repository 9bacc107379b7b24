"""PURE: schedule the polls of a render from the measured times of similar renders. Times are in seconds.

Without measurements, polls are rare. Otherwise they begin shortly before the earliest likely end; the gaps shrink as
fewer renders take this long, and grow again once a render takes longer than all before.
"""

from collections.abc import Sequence

MIN_GAP = 1.0
# Without samples, a gap is the age divided by this: neither too many polls nor a long delay at the end.
UNKNOWN_AGE_PER_GAP = 15.0
UNKNOWN_MIN_GAP = 2.0
# The longest gap is the spread of render times divided by the first, or the typical time divided by the second. Both
# were found with the simulation in tests/generation/lifecycle/render_times/test_poll_schedule.py, as the values that
# meet its three limits for renders of 60 to 180 s: median delay 3 s, 95th percentile 6 s, on average 12 polls.
# With 17 instead of 18.4, the percentile is 6.4 s; with 20, there are 12.8 polls. With 24 instead of 28.0, the
# percentile is 6.03 s; with 34, there are 12.1 polls.
POLLS_PER_SPREAD = 18.4
POLLS_PER_TYPICAL_TIME = 28.0
# From this number of samples on, the two shortest and the longest are ignored as outliers.
ENOUGH_FOR_OUTLIERS, SHORT_OUTLIERS, LONG_OUTLIERS = 10, 2, 1
# How fast and how far gaps shrink over the spread. Only slightly, since the 95th percentile depends on long gaps.
SHRINK_EXPONENT = 0.2
MIN_GAP_SHARE = 0.75  # of the longest gap
# Polls begin this share of a gap before the earliest likely end.
LEAD_SHARE = 0.3
# The maximum wait before the first polls: pages show progress, and a provider that became faster must be noticed.
MAX_FIRST_WAIT = 120.0
# Beyond the longest measured time, a gap is the excess divided by this.
EXCESS_PER_GAP = 10.0
MAX_GAP = 60.0
MAX_GAP_LATE = 300.0
# A late job's gap is its age divided by this.
LATE_AGE_PER_GAP = 30.0
LATE_AFTER_UNKNOWN = 30 * 60.0
LATE_AFTER_MIN = 10 * 60.0
LATE_AFTER_FACTOR = 3.0
# With webhooks, polls are only a fallback: one for renders that end at once, the next when the webhook is overdue.
FIRST_FALLBACK_POLL = 10.0
FALLBACK_UNKNOWN = 300.0
FALLBACK_MARGIN = 1.25


def next_poll(elapsed: float, samples: Sequence[float]) -> float:
    """Return the time until the next poll of a render that was submitted `elapsed` seconds ago.

    `samples` are the latest measured times of similar renders, in any order.
    """
    if elapsed > late_after(samples):
        return min(max(MAX_GAP, elapsed / LATE_AGE_PER_GAP), MAX_GAP_LATE)
    if not samples:
        return min(max(UNKNOWN_MIN_GAP, elapsed / UNKNOWN_AGE_PER_GAP), MAX_GAP)
    earliest, latest = likely_range(samples)
    gap = _longest_gap(samples)
    if elapsed < earliest - gap * LEAD_SHARE:
        return min(max(MIN_GAP, earliest - gap * LEAD_SHARE - elapsed), MAX_FIRST_WAIT)
    if elapsed > latest:
        return min(max(MIN_GAP, gap * MIN_GAP_SHARE, (elapsed - latest) / EXCESS_PER_GAP), MAX_GAP)
    remaining = min(1.0, (latest - elapsed) / max(latest - earliest, 1.0))
    return max(MIN_GAP, gap * max(MIN_GAP_SHARE, remaining**SHRINK_EXPONENT))


def next_fallback_poll(elapsed: float, samples: Sequence[float]) -> float:
    """Return the time until the next poll of a render for which the provider sends a webhook."""
    if elapsed < FIRST_FALLBACK_POLL - MIN_GAP:
        return FIRST_FALLBACK_POLL - elapsed
    due = likely_range(samples)[1] * FALLBACK_MARGIN if samples else FALLBACK_UNKNOWN
    if elapsed < due - MIN_GAP:
        return due - elapsed
    return min(max(MIN_GAP, due / 10, next_poll(elapsed, samples)), MAX_GAP_LATE)


def likely_range(samples: Sequence[float]) -> tuple[float, float]:
    """Return the shortest and longest likely render time: the range of the samples, wider if there are few.

    With many samples outliers are ignored: one unusual render must not delay the next forty.
    """
    ordered = sorted(samples)
    if len(ordered) >= ENOUGH_FOR_OUTLIERS:
        return ordered[SHORT_OUTLIERS], ordered[-1 - LONG_OUTLIERS]
    margin = 0.5 / len(ordered)
    return ordered[0] * (1 - margin), ordered[-1] * (1 + margin)


def late_after(samples: Sequence[float]) -> float:
    """Return the age from which a render counts as late: far beyond the usual times."""
    if not samples:
        return LATE_AFTER_UNKNOWN
    return max(LATE_AFTER_MIN, likely_range(samples)[1] * LATE_AFTER_FACTOR)


def estimate_render_time(elapsed: float, samples: Sequence[float], *, has_webhook: bool) -> float | None:
    """Estimate the time of a render that was first seen completed at this age: minus half of the last gap.

    Return None if it is unknown: after a lost webhook, the fallback poll comes long after the end.
    """
    if has_webhook and elapsed > FIRST_FALLBACK_POLL:
        is_timely = not samples or elapsed < likely_range(samples)[1] * FALLBACK_MARGIN
        return elapsed if is_timely else None
    poll, previous = next_poll(0.0, samples), 0.0
    while poll < elapsed - MIN_GAP / 2:
        poll, previous = poll + next_poll(poll, samples), poll
    return elapsed - (elapsed - previous) / 2


def was_polled_regularly(elapsed: float, samples: Sequence[float], *, polls: int) -> bool:
    """Return whether a render that was first seen completed at this age has been polled often enough to know when it
    ended. While no worker ran, or before a user attached the task, it may have ended hours earlier."""
    if elapsed <= late_after(samples):
        return True
    poll, expected = next_poll(0.0, samples), 1
    while poll < elapsed and expected <= 2 * polls:
        poll, expected = poll + next_poll(poll, samples), expected + 1
    return expected <= 2 * polls


def _longest_gap(samples: Sequence[float]) -> float:
    earliest, latest = likely_range(samples)
    return max(
        MIN_GAP, (latest - earliest) / POLLS_PER_SPREAD, (earliest + latest) / 2 / POLLS_PER_TYPICAL_TIME
    )
