"""Rate limits for log-ins, share links, API tokens and guests.

Counters are database rows, so they apply across all web processes and restarts, with and without Redis. `RateLimit`
counts any event; `AttemptThrottle` protects secrets that users choose.
"""

from library.throttling.attempts import HIDDEN_CLIENTS, Attempt, AttemptThrottle
from library.throttling.rate_limits import UNKNOWN_SECRETS, RateLimit, TooManyAttempts

__all__ = ["HIDDEN_CLIENTS", "UNKNOWN_SECRETS", "Attempt", "AttemptThrottle", "RateLimit", "TooManyAttempts"]
