"""PURE: the delay before a failed request is repeated."""

import random

MAX_DELAY_S = 120.0
# 2**10 seconds exceed every maximum; larger powers of a long-failing job would overflow.
MAX_EXPONENT = 10
JITTER = (0.75, 1.25)


def retry_delay(attempt: int, *, at_least: float | None = None, at_most: float = MAX_DELAY_S) -> float:
    """Return the seconds to wait after failed attempt number `attempt`: exponential, with jitter.

    `at_least` is the provider's Retry-After in seconds; it has precedence over `at_most`.
    """
    delay = min(at_most, 2.0 ** min(attempt, MAX_EXPONENT)) * random.uniform(*JITTER)  # noqa: S311
    return max(delay, at_least or 0.0)
