"""PURE. HTTP requests to untrusted URLs, restricted to public IP addresses.

Every redirect and every DNS response is checked, and the connection is made to exactly the IP address that was checked,
which prevents DNS rebinding.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from urllib.parse import urlsplit

import httpx

HTTPS = ("https",)
ANY_HTTP = ("https", "http")
PORTS = {"http": 80, "https": 443}

# All global unicast IPv6 addresses allocated so far: not site-local, not the old notations for IPv4.
_ALLOCATED_IPV6 = ipaddress.IPv6Network("2000::/3")
_IPV4_BEHIND_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Exempt = Callable[[httpx.URL], bool]


class NotPublic(Exception):
    """The URL is not allowed; no request was made. The message says why."""


def client(
    *,
    timeout: httpx.Timeout,
    exempt: Exempt,
    schemes: tuple[str, ...] = HTTPS,
    trust_env: bool = False,
    max_redirects: int = 20,
) -> httpx.Client:
    """Return a client whose requests raise NotPublic for URLs that are neither exempt nor public in one of the schemes.

    Redirects are followed and checked in the same way.
    """
    return httpx.Client(
        timeout=timeout,
        follow_redirects=True,
        max_redirects=max_redirects,
        trust_env=trust_env,
        transport=_PinnedTransport(exempt, schemes),
        # Runs for each redirect, also with a proxy, which makes the connection itself.
        event_hooks={"request": [partial(_check_if_known, exempt=exempt, schemes=schemes)]},
    )


def exempt_below(prefixes: Iterable[str]) -> Exempt:
    """Return a predicate for URLs of the same scheme, host and port as one of the prefixes and below its path."""
    allowed = [(_origin(httpx.URL(prefix)), urlsplit(prefix).path) for prefix in prefixes]

    def is_exempt(url: httpx.URL) -> bool:
        return any(_origin(url) == origin and url.path.startswith(path) for origin, path in allowed)

    return is_exempt


def is_public(address: str) -> bool:
    """Return whether an IP address is on the internet: not loopback, private, link-local, shared or reserved."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if (embedded := _embedded_ipv4(ip)) is None:
            return ip in _ALLOCATED_IPV6 and ip.is_global
        ip = embedded
    return ip.is_global and not ip.is_multicast


class _PinnedTransport(httpx.BaseTransport):
    """A transport that connects to the IP address that was checked."""

    def __init__(self, exempt: Exempt, schemes: tuple[str, ...]) -> None:
        self._exempt, self._schemes, self._inner = exempt, schemes, httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=_check(request, self._exempt, self._schemes)),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return self._inner.handle_request(pinned)

    def close(self) -> None:
        self._inner.close()


def _check(request: httpx.Request, exempt: Exempt, schemes: tuple[str, ...]) -> str:
    """Return the IP address to connect to. Raise NotPublic, or httpx.ConnectError for an unknown name."""
    url = request.url
    if exempt(url):
        return url.host
    if url.scheme not in schemes:
        raise NotPublic(f"it is not {' or '.join(schemes).upper()} ({url.scheme}://{url.host})")
    addresses = _resolve(url.host, url.port or PORTS[url.scheme], request)
    if not all(is_public(address) for address in addresses):
        raise NotPublic(f"{url.host} is not on the public internet")
    return addresses[0]


def _check_if_known(request: httpx.Request, exempt: Exempt, schemes: tuple[str, ...]) -> None:
    """Check the host before a proxy connects; the proxy may resolve names that are unknown here."""
    with suppress(httpx.ConnectError):
        _check(request, exempt, schemes)


def _resolve(host: str, port: int, request: httpx.Request) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"{host} is not known", request=request) from error
    return [str(entry[4][0]) for entry in found]


def _embedded_ipv4(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip in _IPV4_BEHIND_NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return (url.scheme, url.host, url.port or PORTS.get(url.scheme))
