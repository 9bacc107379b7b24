"""PURE: when to ask about a render, from how long such renders took.

Hardly anything is asked while no render of the sort has ever ended; then the gaps shrink as fewer and fewer take so
long, and grow again once a render takes longer than all before. Times are in seconds.
"""

from collections.abc import Sequence

QUICKEST = 1.0
# Without samples: a share of the age, so that nothing is asked too often nor noticed too late.
UNKNOWN_SHARE = 15.0
UNKNOWN_QUICKEST = 2.0
# How many looks a whole spread of render times is worth, and the share of a usual render that is soon enough.
LOOKS = 18.4
SOON_ENOUGH = 28.0
# From so many samples on the quickest two and the slowest one do not count.
MANY, QUICK_ODD, SLOW_ODD = 10, 2, 1
# Over the spread the gaps shrink: the fewer renders take so long, the less a short gap costs. Slowly, and not far: the
# longest gaps are what the slowest one in twenty is seen by.
SHRINKING = 0.2
LEAST_GAP = 0.75  # of the longest
# So many gaps before the quickest renders the looks begin.
AHEAD = 0.3
# The page shows progress, and a provider that became quicker is noticed, at least so often.
LONGEST_WAIT = 120.0
# Beyond the longest render seen, the gaps follow how far it is beyond.
BEYOND_SHARE = 10.0
SLOWEST = 60.0
SLOWEST_LATE = 300.0
LATE_WITHOUT_SAMPLES = 30 * 60.0
LATE_AT_LEAST = 10 * 60.0
LATE_TIMES = 3.0
# A job whose end the provider tells: one look for what ends at once, the next when the word should have come.
FIRST_NET_LOOK = 10.0
NET_WITHOUT_SAMPLES = 300.0
NET_MARGIN = 1.25


def next_poll(elapsed: float, samples: Sequence[float]) -> float:
    """Seconds until the next question about a render that was submitted `elapsed` seconds ago.

    `samples` are how long the latest renders of its sort took, in any order.
    """
    if elapsed > late_after(samples):
        return min(max(SLOWEST, elapsed / 30), SLOWEST_LATE)
    if not samples:
        return min(max(UNKNOWN_QUICKEST, elapsed / UNKNOWN_SHARE), SLOWEST)
    begins, ends = window(samples)
    gap = _longest_gap(samples)
    if elapsed < begins - gap * AHEAD:
        return min(max(QUICKEST, begins - gap * AHEAD - elapsed), LONGEST_WAIT)
    if elapsed > ends:
        return min(max(QUICKEST, gap * LEAST_GAP, (elapsed - ends) / BEYOND_SHARE), SLOWEST)
    left = min(1.0, (ends - elapsed) / max(ends - begins, 1.0))
    return max(QUICKEST, gap * max(LEAST_GAP, left**SHRINKING))


def next_net_poll(elapsed: float, samples: Sequence[float]) -> float:
    """The same for a job whose end the provider will tell: a net under calls that were lost."""
    if elapsed < FIRST_NET_LOOK - QUICKEST:
        return FIRST_NET_LOOK - elapsed
    due = window(samples)[1] * NET_MARGIN if samples else NET_WITHOUT_SAMPLES
    if elapsed < due - QUICKEST:
        return due - elapsed
    return min(max(QUICKEST, due / 10, next_poll(elapsed, samples)), SLOWEST_LATE)


def window(samples: Sequence[float]) -> tuple[float, float]:
    """When a render of the sort may end: from the quickest to the slowest seen, wider the fewer were seen.

    Of many samples the outermost are left out: one odd render must not cost the next forty their looks.
    """
    ordered = sorted(samples)
    if len(ordered) >= MANY:
        return ordered[QUICK_ODD], ordered[-1 - SLOW_ODD]
    margin = 0.5 / len(ordered)
    return ordered[0] * (1 - margin), ordered[-1] * (1 + margin)


def late_after(samples: Sequence[float]) -> float:
    """The age from which on a render is late: far beyond what such renders take."""
    return max(LATE_AT_LEAST, window(samples)[1] * LATE_TIMES) if samples else LATE_WITHOUT_SAMPLES


def took(elapsed: float, samples: Sequence[float], *, hooked: bool) -> float | None:
    """How long a render took that was first seen completed at this age: half the last gap less.

    None when that cannot be told: a call that was lost was found out by the net, long after the end.
    """
    if hooked and elapsed > FIRST_NET_LOOK:
        return elapsed if not samples or elapsed < window(samples)[1] * NET_MARGIN else None
    look, last = next_poll(0.0, samples), 0.0
    while look < elapsed - QUICKEST / 2:
        look, last = look + next_poll(look, samples), look
    return elapsed - (elapsed - last) / 2


def was_watched(elapsed: float, samples: Sequence[float], *, polls: int) -> bool:
    """Whether the end of a render that was first seen completed at this age can be told at all, from how often it was
    asked about. While no worker ran, or before a person attached the task, it may have ended hours ago."""
    if elapsed <= late_after(samples):
        return True
    look, looks = next_poll(0.0, samples), 1
    while look < elapsed and looks <= 2 * polls:
        look, looks = look + next_poll(look, samples), looks + 1
    return looks <= 2 * polls


def _longest_gap(samples: Sequence[float]) -> float:
    begins, ends = window(samples)
    return max(QUICKEST, (ends - begins) / LOOKS, (begins + ends) / 2 / SOON_ENOUGH)
