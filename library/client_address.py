"""Determine the client's IP address of a request. No other module may do so.

`X-Forwarded-For` is trusted only from the proxies in `BACKLOT_TRUSTED_PROXIES`, since any client can send it.
If a trusted proxy does not send it, its clients cannot be distinguished: `Client.is_shared` is true, and limits per
client must not be applied, or unrelated clients would lock each other out.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

from library.trusted_proxies import TrustedProxies

log = logging.getLogger("backlot.proxy")

IPV6_PREFIX = 64  # bits: one client usually controls all addresses of such a network
UNIX_SOCKET = "unix"


@dataclass(frozen=True)
class Client:
    """The address of a client, or of the proxy that hides it."""

    address: str
    is_shared: bool = False

    @property
    def network(self) -> str:
        """Return what is counted as one client: an IPv4 address or an IPv6 /64 network."""
        found = parse(self.address)
        if isinstance(found, IPv6Address):
            return str(IPv6Network((int(found), IPV6_PREFIX), strict=False))
        return self.address

    def __str__(self) -> str:
        return f"{self.address} (a proxy that does not name its clients)" if self.is_shared else self.address


def client_of(request: HttpRequest) -> Client:
    """Return the client of this request."""
    peer_text = str(request.META.get("REMOTE_ADDR", ""))
    peer, proxies = parse(peer_text), settings.TRUSTED_PROXIES
    direct = Client(str(peer) if peer else peer_text or UNIX_SOCKET)
    forwarded = request.headers.get("X-Forwarded-For", "")
    if not proxies.trusts(peer):
        if forwarded and peer is not None and (peer.is_loopback or peer.is_private):
            _warn_of_unused_header(direct.address)
        return direct
    found = _behind(proxies, [parse(entry) for entry in forwarded.split(",")])
    if found is None:
        _warn_of_missing_header(direct.address)
        return Client(direct.address, is_shared=True)
    return Client(str(found))


def parse(text: str) -> IPv4Address | IPv6Address | None:
    """Parse an IP address from a header: with a port, brackets or a zone, IPv4 within IPv6. Return None if invalid."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _behind(
    proxies: TrustedProxies, entries: Sequence[IPv4Address | IPv6Address | None]
) -> IPv4Address | IPv6Address | None:
    """Return the entry that the outermost trusted proxy wrote; each proxy appends the address that it saw."""
    if proxies.hops is not None:
        return entries[-proxies.hops] if len(entries) >= proxies.hops else None
    for entry in reversed(entries):
        if entry is None or not proxies.trusts(entry):
            return entry
    return entries[0]


@lru_cache(maxsize=32)
def _warn_of_missing_header(proxy: str) -> None:
    """Warn once for each proxy of this process."""
    log.warning(
        "The proxy at %s sends no usable X-Forwarded-For, so its clients cannot be told apart and are not limited "
        "by address. Let it send the header, or correct BACKLOT_TRUSTED_PROXIES.",
        proxy,
    )


@lru_cache(maxsize=32)
def _warn_of_unused_header(peer: str) -> None:
    log.warning(
        "%s sends X-Forwarded-For and is not trusted, so all requests through it count as one client. If it is your "
        "proxy, name it in BACKLOT_TRUSTED_PROXIES.",
        peer,
    )
