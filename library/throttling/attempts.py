"""Attempts at a secret that people choose: a password of an account or of a share link.

The right answer waits as well while a limit is reached, or the wait itself would tell wrong from right. Nobody is
locked out by others: attempts are counted for each client, and when many clients try the same secret, each of them
that never gave the right answer is left a few attempts instead of none.
"""

from dataclasses import dataclass

from django.db import transaction

from library.client_address import Client
from library.throttling.rate_limits import RateLimit, TooManyAttempts

# `manage.py doctor` reports these: they cannot be limited by address.
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
        """Make the three limits, whose counters are told apart by the name. The longest window should be an hour."""
        return cls(
            RateLimit(f"{name}-per-client", per_client),
            RateLimit(f"{name}-of-client", of_client),
            RateLimit(f"{name}-under-attack", under_attack),
        )

    def begin(self, subject: object, client: Client, *, device: str = "") -> "Attempt":
        """Count an attempt before the secret is compared, so that many at once are not too many. Raises
        TooManyAttempts, also when the secret would be right."""
        if client.is_shared:
            HIDDEN_CLIENTS.hit()
        attempt = Attempt(self, str(subject), client, device)
        attempt.check()
        # One transaction: on SQLite each one costs a turn at the only writer's lock.
        with transaction.atomic():
            heard = [limit.hit(*key) or limit is self.under_attack for limit, key in attempt.counted]
        if not all(heard):
            attempt.check()
        return attempt


@dataclass(frozen=True)
class Attempt:
    """One attempt that has been counted as a failure until `succeeded` or `cancel` is called."""

    throttle: AttemptThrottle
    subject: str
    client: Client
    device: str = ""

    @property
    def who(self) -> tuple[str, str, str]:
        """The subject and who tries: a device that gave the right answer before, else the client's network."""
        place = ("device", self.device) if self.device else ("network", self.client.network)
        return self.subject, *place

    @property
    def counted(self) -> list[tuple[RateLimit, tuple[str, ...]]]:
        """The limits that apply, with their keys. All clients of a proxy that hides them are not one client."""
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
        """The secret was right: this was no failure, and the earlier ones were typing errors."""
        with transaction.atomic():
            self.cancel()
            self.throttle.per_client.clear(*self.who)

    def cancel(self) -> None:
        """The secret was not compared after all."""
        with transaction.atomic():
            for limit, key in self.counted:
                limit.give_back(*key)

    def _is_a_stranger_too_many(self) -> bool:
        if self.device or self.client.is_shared:
            return False
        return self.throttle.per_client.used(*self.who) >= self.throttle.few
