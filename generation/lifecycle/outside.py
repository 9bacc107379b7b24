"""Ask for addresses that are somebody else's word, from inside the house: only what is on the public internet.

Every redirect and every DNS answer is looked at, and the connection goes to the very address that was looked at.
"""

import ipaddress
import socket
from contextlib import suppress
from functools import partial
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from generation import gateway

# All that is given out to anybody so far: not site-local, not IPv4 in old disguises.
_GIVEN_OUT = ipaddress.IPv6Network("2000::/3")
_IPV4_BEHIND_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
HTTPS = ("https",)
_PORTS = {"http": 80, "https": 443}


class NotPublic(Exception):
    """The address leads to where nothing may be asked; nothing was. The message says why."""


def client(url: str, *, timeout: httpx.Timeout, schemes: tuple[str, ...] = HTTPS) -> httpx.Client:
    """For this address and those that it redirects to. What is asked raises NotPublic for any that is not public or
    not of these schemes, as this does for a text that is no address.

    A provider that was configured inside the house is excepted for its own links: the sandbox, or a gateway on this
    machine or its network. It is asked anyway, and with a key.
    """
    try:
        heeds_proxies = gateway.heeds_proxies(str(httpx.URL(url)))
    except (httpx.InvalidURL, ValueError) as error:
        raise NotPublic("it is no address") from error
    return httpx.Client(
        timeout=timeout,
        follow_redirects=True,
        trust_env=heeds_proxies,
        transport=_Pinned(schemes),
        # For each redirect, and also on the way through a proxy, which does its own connecting.
        event_hooks={"request": [partial(_check_if_known, schemes=schemes)]},
    )


class _Pinned(httpx.BaseTransport):
    """Connects to the address that was looked at: a name may give another answer the next time it is asked."""

    def __init__(self, schemes: tuple[str, ...]) -> None:
        self._schemes, self._inner = schemes, httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=_check(request, self._schemes)),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return self._inner.handle_request(pinned)

    def close(self) -> None:
        self._inner.close()


def _check(request: httpx.Request, schemes: tuple[str, ...]) -> str:
    """The address to connect to. Raises NotPublic, httpx.ConnectError for a name that is not known."""
    url = request.url
    if _is_of_the_house(url):
        return url.host
    if url.scheme not in schemes:
        raise NotPublic(f"it is not HTTPS ({url.scheme}://{url.host})")
    addresses = _addresses(url.host, url.port or _PORTS[url.scheme], request)
    for address in addresses:
        if not _is_public(address):
            raise NotPublic(f"{url.host} is not on the public internet")
    return addresses[0]


def _check_if_known(request: httpx.Request, schemes: tuple[str, ...]) -> None:
    """As `_check`, for the way through a proxy: it may know names that are not known here."""
    with suppress(httpx.ConnectError):
        _check(request, schemes)


def _addresses(host: str, port: int, request: httpx.Request) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"{host} is not known", request=request) from error
    return [str(entry[4][0]) for entry in found]


def _is_public(address: str) -> bool:
    """Whether an address is of the internet: not loopback, private, link-local, shared, multicast or reserved."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if (inner := _inner(ip)) is None:
            return ip in _GIVEN_OUT and ip.is_global
        ip = inner
    return ip.is_global and not ip.is_multicast


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to, if it is of that sort."""
    if ip in _IPV4_BEHIND_NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def _is_of_the_house(url: httpx.URL) -> bool:
    """Whether it leads to the configured provider itself, and that means nothing on the internet."""
    base = urlsplit(settings.SKYREELS_BASE_URL)
    if not settings.PROVIDER_IS_SANDBOX and not gateway.is_private(base.hostname or ""):
        return False
    here = (base.scheme, base.hostname, base.port or _PORTS.get(base.scheme))
    return here == (url.scheme, url.host, url.port or _PORTS.get(url.scheme))
