"""How much guests may do. A cookie is thrown away in no time, so what counts is where they are, and the link."""

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
    """The rates of one thing that guests do: of one guest, of all at one address, of all guests of the link.

    The rate of the link is generous: it bounds what a crowd of addresses can do, and whoever reaches it stops others.
    """

    of_guest: RateLimit
    of_client: RateLimit
    of_link: RateLimit

    @classmethod
    def named(cls, name: str, *, of_guest: str, of_client: str, of_link: str) -> "GuestLimit":
        """Make the three limits, whose counters are told apart by the name."""
        return cls(
            RateLimit(f"{name}-of-guest", of_guest),
            RateLimit(f"{name}-of-client", of_client),
            RateLimit(f"{name}-of-link", of_link),
        )

    def spend(self, link: ShareLink, client: Client, guest: Guest | None = None) -> None:
        """Count one. Raises TooManyAttempts where it is one too many for any of the three."""
        limits = self._limits(link, client, guest)
        for limit, key in limits:
            limit.check(*key)
        for limit, key in limits:
            limit.spend(*key)

    def give_back(self, link: ShareLink, client: Client, guest: Guest | None = None) -> None:
        """Take back one that came to nothing."""
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
