"""Slows down who guesses secrets or floods: one mechanism for log-in, share links, API tokens and guests.

Counters are rows, so they hold for all web processes and over restarts, with Redis and without. `RateLimit` counts
any event; `AttemptThrottle` is what stands in front of a secret that people choose.
"""

from library.throttling.attempts import HIDDEN_CLIENTS, Attempt, AttemptThrottle
from library.throttling.rate_limits import UNKNOWN_SECRETS, RateLimit, TooManyAttempts

__all__ = ["HIDDEN_CLIENTS", "UNKNOWN_SECRETS", "Attempt", "AttemptThrottle", "RateLimit", "TooManyAttempts"]
