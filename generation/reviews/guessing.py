"""Slows those who guess: tries are counted in the cache, and from some number on each costs a longer wait."""

import hashlib
import math
import time
from dataclasses import dataclass

from django.core.cache import cache

FIRST_WAIT, LONGEST_WAIT = 30, 15 * 60  # seconds
FORGOTTEN_AFTER = 60 * 60  # seconds without another try


@dataclass(frozen=True)
class Slowing:
    """One sort of guess, of which so many are free. `who` is whatever they are counted for."""

    name: str
    free: int

    def wait(self, *who: object) -> int:
        """Seconds until the next try is heard; 0 for now. While it lasts the right answer is not heard either."""
        until: float = cache.get(self._key("until", who), 0.0)
        return max(0, math.ceil(until - time.time()))

    def count(self, *who: object) -> None:
        """Count one; the last free one and each later one shuts the door, for twice as long each time."""
        key = self._key("tries", who)
        cache.add(key, 0, timeout=FORGOTTEN_AFTER)
        tries = cache.incr(key)
        cache.touch(key, FORGOTTEN_AFTER)
        if tries >= self.free:
            seconds = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries - self.free, 10))
            cache.set(self._key("until", who), time.time() + seconds, timeout=seconds)

    def forget(self, *who: object) -> None:
        """The right answer was given."""
        cache.delete_many([self._key("tries", who), self._key("until", who)])

    def _key(self, what: str, who: tuple[object, ...]) -> str:
        # An address may hold what no cache takes in a key, such as the blanks and zones of IPv6.
        digest = hashlib.blake2s(repr(who).encode(), digest_size=16).hexdigest()
        return f"guessing-{self.name}-{what}-{digest}"
