"""Rate limits for guests. Cookies are easily discarded, so the client's address and the link count as well."""

from dataclasses import dataclass

from generation.models import Guest, ShareLink
from library.client_address import Client
from library.throttling import AttemptThrottle, RateLimit

UNKNOWN_LINKS = RateLimit("unknown-links", "20/5 minutes; 60/hour")
LINK_PASSWORDS = AttemptThrottle.named(
    "link-password", per_client="5/minute; 20/hour", of_client="60/hour", under_attack="50/hour"
)


@dataclass(frozen=True)
class GuestLimit:
    """The rate limits of one action of guests: per guest, per client address, per link.

    The limit per link is generous: it bounds what many IP addresses can do together, and blocks all guests of the link.
    """

    of_guest: RateLimit
    of_client: RateLimit
    of_link: RateLimit

    @classmethod
    def named(cls, name: str, *, of_guest: str, of_client: str, of_link: str) -> "GuestLimit":
        """Create the three limits, whose counters are distinguished by `name`."""
        return cls(
            RateLimit(f"{name}-of-guest", of_guest),
            RateLimit(f"{name}-of-client", of_client),
            RateLimit(f"{name}-of-link", of_link),
        )

    def spend(self, link: ShareLink, client: Client, guest: Guest | None = None) -> None:
        """Count one action. Raise TooManyAttempts if it exceeds any of the three limits."""
        limits = self._limits(link, client, guest)
        for limit, key in limits:
            limit.check(*key)
        for limit, key in limits:
            limit.spend(*key)

    def give_back(self, link: ShareLink, client: Client, guest: Guest | None = None) -> None:
        """Uncount an action that had no effect."""
        for limit, key in self._limits(link, client, guest):
            limit.give_back(*key)

    def _limits(
        self, link: ShareLink, client: Client, guest: Guest | None
    ) -> list[tuple[RateLimit, tuple[object, ...]]]:
        limits: list[tuple[RateLimit, tuple[object, ...]]] = [(self.of_link, (link.pk,))]
        if guest is not None:
            limits.append((self.of_guest, (guest.pk,)))
        if not client.is_shared:
            limits.append((self.of_client, (link.pk, client.network)))
        return limits


ARRIVALS = GuestLimit.named("arrivals", of_guest="1/hour", of_client="60/hour", of_link="300/hour")
NOTES = GuestLimit.named(
    "guest-notes", of_guest="30/5 minutes", of_client="60/5 minutes; 200/hour", of_link="150/5 minutes"
)
VERDICTS = GuestLimit.named(
    "guest-verdicts", of_guest="10/5 minutes", of_client="30/5 minutes; 100/hour", of_link="60/5 minutes"
)
