"""The proxies whose `X-Forwarded-For` is trusted. Pure: `config/settings.py` uses it to parse the setting."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Self
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

MOST_HOPS = 9
ONLY_THIS_MACHINE = {"127.0.0.1", "::1", "localhost"}
LOOPBACK = ("127.0.0.0/8", "::1/128")
PRIVATE = (
    *LOOPBACK,
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
)


@dataclass(frozen=True)
class TrustedProxies:
    """A chain of `hops` proxies, the nearest of them in one of the `networks`; or, without a number, all proxies in the
    networks. `unix`: connections through a Unix socket, which have no IP address, are also trusted."""

    hops: int | None = None
    networks: tuple[Network, ...] = ()
    unix: bool = False

    @classmethod
    def none(cls) -> Self:
        """Trust no proxy."""
        return cls(hops=0)

    @classmethod
    def one_hop(cls, *networks: str) -> Self:
        """Trust one proxy, if it connects from one of these networks."""
        return cls(hops=1, networks=tuple(map(ip_network, networks)), unix=True)

    @classmethod
    def read(cls, text: str) -> Self:
        """Parse a number of hops, or a comma-separated list of addresses and networks. Raise ValueError."""
        if text.isascii() and text.isdigit():
            return cls._of_number(int(text))
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not parts:
            raise ValueError("names no proxy")
        networks = tuple(ip_network(part) for part in parts if part != "unix")
        return cls(networks=networks, unix="unix" in parts)

    @classmethod
    def _of_number(cls, hops: int) -> Self:
        if hops > MOST_HOPS:
            raise ValueError(f"more than {MOST_HOPS} proxies")
        everywhere = (ip_network("0.0.0.0/0"), ip_network("::/0")) if hops else ()
        return cls(hops=hops, networks=everywhere, unix=bool(hops))

    def trusts(self, peer: Address | None) -> bool:
        """Return whether this is the address of a trusted proxy; None means a Unix socket."""
        if peer is None:
            return self.unix
        return any(peer in network for network in self.networks)


def default_proxies(production: bool, host: str, public_url: str) -> TrustedProxies:
    """Return the proxies to trust if none are configured.

    In production there is one, on this machine or in a private network. Otherwise, a public URL that this server cannot
    serve itself implies one: it has no TLS, and on a loopback host it is reachable only from this machine.
    """
    if production:
        return TrustedProxies.one_hop(*PRIVATE)
    parts = urlsplit(public_url)
    is_hidden = host in ONLY_THIS_MACHINE and parts.hostname not in ONLY_THIS_MACHINE
    if is_hidden or parts.scheme == "https":
        return TrustedProxies.one_hop(*LOOPBACK)
    return TrustedProxies.none()
