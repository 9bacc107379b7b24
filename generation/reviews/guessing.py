"""Slows those who guess: tries are counted in the cache, and from some number on each costs a longer wait.

While Redis is away nothing is counted. Nobody is kept out for that, but from where guessing would have a chance.
"""

import hashlib
import logging
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.cache import cache
from redis.exceptions import RedisError

log = logging.getLogger("backlot.guessing")

FIRST_WAIT, LONGEST_WAIT = 30, 15 * 60  # seconds
FORGOTTEN_AFTER = 60 * 60  # seconds without another try


@dataclass(frozen=True)
class Slowing:
    """One sort of guess, of which so many are free. `who` is whatever they are counted for. With `must_count` none
    is heard that cannot be counted."""

    name: str
    free: int
    must_count: bool = False

    def wait(self, *who: object) -> int:
        """Seconds until the next try is heard; 0 for now. While it lasts the right answer is not heard either."""
        try:
            until: float = cache.get(self._key("until", who), 0.0)
        except RedisError as error:
            _tell(error)
            return FIRST_WAIT if self.must_count else 0
        return max(0, math.ceil(until - time.time()))

    def count(self, *who: object) -> None:
        """Count one; the last free one and each later one shuts the door, for twice as long each time."""
        with _while_redis_is_there():
            self._count(who)

    def forget(self, *who: object) -> None:
        """The right answer was given."""
        with _while_redis_is_there():
            cache.delete_many([self._key("tries", who), self._key("until", who)])

    def _count(self, who: tuple[object, ...]) -> None:
        key = self._key("tries", who)
        cache.add(key, 0, timeout=FORGOTTEN_AFTER)
        tries = cache.incr(key)
        cache.touch(key, FORGOTTEN_AFTER)
        if tries >= self.free:
            seconds = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries - self.free, 10))
            cache.set(self._key("until", who), time.time() + seconds, timeout=seconds)

    def _key(self, what: str, who: tuple[object, ...]) -> str:
        # An address may hold what no cache takes in a key, such as the blanks and zones of IPv6.
        digest = hashlib.blake2s(repr(who).encode(), digest_size=16).hexdigest()
        return f"guessing-{self.name}-{what}-{digest}"


@contextmanager
def _while_redis_is_there() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        _tell(error)


def _tell(error: RedisError) -> None:
    log.warning("Redis does not answer, so guesses are not counted: %s", type(error).__name__)
