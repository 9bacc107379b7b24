"""Throttle attempts at a secret that users choose: the password of an account or of a share link.

While a limit is reached, the right secret is refused as well, or the response would reveal it. Clients cannot lock each
other out: attempts are counted per client, and when many clients try the same secret, each unknown client is still
allowed a few attempts.
"""

from dataclasses import dataclass

from django.db import transaction

from library.client_address import Client
from library.throttling.rate_limits import RateLimit, TooManyAttempts

# Reported by `manage.py doctor`: these attempts cannot be limited by IP address.
HIDDEN_CLIENTS = RateLimit("hidden-clients", "1000000/day")


@dataclass(frozen=True)
class AttemptThrottle:
    """The limits of one kind of secret. The subject is what the secret opens, such as an account.

    `per_client`: of one subject by one client. `of_client`: of all subjects by one client. Beyond `under_attack` of
    one subject by all clients, each client has `few` attempts an hour, except on devices that are known.
    """

    per_client: RateLimit
    of_client: RateLimit
    under_attack: RateLimit
    few: int = 3

    @classmethod
    def named(cls, name: str, *, per_client: str, of_client: str, under_attack: str) -> "AttemptThrottle":
        """Create the three limits, whose counters are distinguished by `name`. The longest window should be an hour."""
        return cls(
            RateLimit(f"{name}-per-client", per_client),
            RateLimit(f"{name}-of-client", of_client),
            RateLimit(f"{name}-under-attack", under_attack),
        )

    def begin(self, subject: object, client: Client, *, device: str = "") -> "Attempt":
        """Count an attempt before the secret is compared, so that parallel attempts cannot exceed the limit. Raise
        TooManyAttempts, even if the secret would be right."""
        if client.is_shared:
            HIDDEN_CLIENTS.hit()
        attempt = Attempt(self, str(subject), client, device)
        attempt.check()
        # One transaction, since on SQLite each one has to wait for the single write lock.
        with transaction.atomic():
            heard = [limit.hit(*key) or limit is self.under_attack for limit, key in attempt.counted]
        if not all(heard):
            attempt.check()
        return attempt


@dataclass(frozen=True)
class Attempt:
    """An attempt, counted as a failure until `succeeded` or `cancel` is called."""

    throttle: AttemptThrottle
    subject: str
    client: Client
    device: str = ""

    @property
    def who(self) -> tuple[str, str, str]:
        """Return the key of the subject and the client: a known device, else the client's network."""
        place = ("device", self.device) if self.device else ("network", self.client.network)
        return self.subject, *place

    @property
    def counted(self) -> list[tuple[RateLimit, tuple[str, ...]]]:
        """Return the limits that apply, with their keys. Clients hidden by a proxy are not counted as one client."""
        counted: list[tuple[RateLimit, tuple[str, ...]]] = [(self.throttle.per_client, self.who)]
        if not self.device and not self.client.is_shared:
            counted.append((self.throttle.of_client, (self.client.network,)))
            counted.append((self.throttle.under_attack, (self.subject,)))
        return counted

    def check(self) -> None:
        """Raise TooManyAttempts while a limit is reached."""
        waits = [limit.wait(*key) for limit, key in self.counted if limit is not self.throttle.under_attack]
        if self._is_a_stranger_too_many():
            waits.append(self.throttle.under_attack.wait(self.subject))
        if seconds := max(waits):
            raise TooManyAttempts(seconds)

    def succeeded(self) -> None:
        """Uncount this attempt and the client's earlier failures, since the secret was right."""
        with transaction.atomic():
            self.cancel()
            self.throttle.per_client.clear(*self.who)

    def cancel(self) -> None:
        """Uncount this attempt, since the secret was not compared."""
        with transaction.atomic():
            for limit, key in self.counted:
                limit.give_back(*key)

    def _is_a_stranger_too_many(self) -> bool:
        if self.device or self.client.is_shared:
            return False
        return self.throttle.per_client.used(*self.who) >= self.throttle.few
