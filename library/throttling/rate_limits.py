"""Rate limits: a maximum number of events per period."""

import math
import time
from typing import Self

from limits import RateLimitItem, parse_many
from limits.strategies import FixedWindowRateLimiter

from library.throttling.counters import DatabaseStorage

limiter = FixedWindowRateLimiter(DatabaseStorage())


class TooManyAttempts(Exception):
    """A rate limit was reached; nothing was checked or done. `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many attempts, retry after {retry_after} s")
        self.retry_after = max(1, retry_after)


class RateLimit:
    """One or more rates, such as `10/5 minutes; 30/hour`, counted separately for each key."""

    def __init__(self, name: str, rates: str) -> None:
        self.name = name
        self.items: list[RateLimitItem] = sorted(parse_many(rates))

    @property
    def most(self) -> int:
        """Return the number of events that are allowed at once."""
        return min(item.amount for item in self.items)

    def wait(self, *key: object) -> int:
        """Return the seconds until the next event is allowed, 0 for now."""
        names = self._names(key)
        ends = [
            limiter.get_window_stats(item, *names).reset_time
            for item in self.items
            if not limiter.test(item, *names)
        ]
        return max(1, math.ceil(max(ends) - time.time())) if ends else 0

    def hit(self, *key: object) -> bool:
        """Count one event, and return whether it is within all rates."""
        return all([limiter.hit(item, *self._names(key)) for item in self.items])

    def check(self, *key: object) -> Self:
        """Raise TooManyAttempts while no further event is allowed."""
        if seconds := self.wait(*key):
            raise TooManyAttempts(seconds)
        return self

    def spend(self, *key: object) -> None:
        """Count one event. Raise TooManyAttempts if it exceeds a rate; refused events are not counted."""
        self.check(*key)
        if not self.hit(*key):
            raise TooManyAttempts(self.wait(*key))

    def used(self, *key: object) -> int:
        """Return the number of events in the longest window."""
        return limiter.storage.get(self.items[-1].key_for(*self._names(key)))

    def give_back(self, *key: object) -> None:
        """Uncount one event."""
        for item in self.items:
            limiter.storage.incr(item.key_for(*self._names(key)), item.get_expiry(), -1)

    def clear(self, *key: object) -> None:
        """Reset the counters."""
        for item in self.items:
            limiter.clear(item, *self._names(key))

    def _names(self, key: tuple[object, ...]) -> list[str]:
        # The library joins names with slashes, which may also occur in a name.
        return [self.name, repr(tuple(map(str, key)))]


# Random secrets such as API tokens cannot be guessed; this only limits load and log noise.
UNKNOWN_SECRETS = RateLimit("unknown-secrets", "30/5 minutes; 60/hour")
