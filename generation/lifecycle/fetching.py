"""Fetch a provider's result: in pieces, going on where a connection broke, and only from where results may come from.

A result's address is somebody else's word, and this process stands inside the house: only HTTPS to public addresses
is followed. Every redirect and every DNS answer is looked at, and the connection goes to the very address that was
looked at. A provider that was configured inside the house is excepted for its own links: the sandbox, or a gateway on
this machine or its network. It is asked anyway, and with a key.
"""

import hashlib
import ipaddress
import re
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from generation import gateway

TIMEOUT = httpx.Timeout(12.0, connect=5.0)
LINK_IS_DEAD = {401, 403, 404, 410}
MAX_RESUMES = 5
_IPV4_BEHIND_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)$")


class LinkDead(Exception):
    """The provider's host no longer gives the file out."""


class NotPublic(Exception):
    """The link leads to where no result may come from; nothing was asked there. The message says why."""


def fetch(url: str, path: Path, keep: Callable[[], None]) -> str:
    """Bring a result to disk; its SHA-256. `keep` is called after each piece and may end it by raising.

    A connection that breaks is taken up again behind the last byte where the server can do that. Raises LinkDead,
    NotPublic, httpx.HTTPError.
    """
    download = _Download()
    with _client(url) as http, path.open("wb") as file:
        for left in range(MAX_RESUMES, -1, -1):
            before = download.size
            try:
                download.go_on(http, url, file, keep)
                break
            except httpx.TransportError:
                if not left or download.size == before or not download.can_resume:
                    raise
    return download.digest.hexdigest()


class _Download:
    """How far one file has come, and by what its server knows it."""

    def __init__(self) -> None:
        self._start_over()

    def _start_over(self) -> None:
        self.digest = hashlib.sha256()
        self.size = 0
        self.total: int | None = None
        self.mark = ""
        self.can_resume = False

    def go_on(self, http: httpx.Client, url: str, file: IO[bytes], keep: Callable[[], None]) -> None:
        """Everything that is missing. Raises httpx.TransportError when the connection breaks before the end."""
        with http.stream("GET", url, headers=self._headers()) as answer:
            if answer.status_code in LINK_IS_DEAD:
                raise LinkDead
            answer.raise_for_status()
            if not self._continues(answer):
                self._start_over()
                file.seek(0)
                file.truncate()
            self._note(answer)
            for piece in answer.iter_raw():
                self.digest.update(piece)
                file.write(piece)
                self.size += len(piece)
                keep()
        if self.total is not None and self.size != self.total:
            raise httpx.RemoteProtocolError(f"{self.size} of {self.total} bytes came")

    def _headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        if self.size:
            headers["Range"] = f"bytes={self.size}-"
            if self.mark:
                headers["If-Range"] = self.mark
        return headers

    def _continues(self, answer: httpx.Response) -> bool:
        """Whether the answer begins behind our last byte, and is of the same file as far as one can tell."""
        found = _CONTENT_RANGE.match(answer.headers.get("Content-Range", ""))
        if answer.status_code != httpx.codes.PARTIAL_CONTENT or found is None:
            return False
        return int(found[1]) == self.size and int(found[2]) == self.total

    def _note(self, answer: httpx.Response) -> None:
        if self.total is not None:
            return
        length = answer.headers.get("Content-Length", "")
        self.total = int(length) if length.isdecimal() else None
        etag = answer.headers.get("ETag", "")
        self.mark = etag if etag.startswith('"') else ""
        self.can_resume = self.total is not None and answer.headers.get("Accept-Ranges", "") == "bytes"


def _client(url: str) -> httpx.Client:
    return httpx.Client(
        timeout=TIMEOUT,
        follow_redirects=True,
        trust_env=gateway.heeds_proxies(url),
        transport=_Pinned(),
        # For each redirect, and also on the way through a proxy, which does its own connecting.
        event_hooks={"request": [_check_if_known]},
    )


class _Pinned(httpx.BaseTransport):
    """Connects to the address that was looked at: a name may give another answer the next time it is asked."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=_check(request)),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return self._inner.handle_request(pinned)

    def close(self) -> None:
        self._inner.close()


def _check(request: httpx.Request) -> str:
    """The address to connect to. Raises NotPublic, httpx.ConnectError for a name that is not known."""
    url = request.url
    if _is_of_the_house(url):
        return url.host
    if url.scheme != "https":
        raise NotPublic(f"it is not HTTPS ({url.scheme}://{url.host})")
    addresses = _addresses(url.host, url.port or 443, request)
    for address in addresses:
        if not _is_public(address):
            raise NotPublic(f"{url.host} is not on the public internet")
    return addresses[0]


def _check_if_known(request: httpx.Request) -> None:
    """As `_check`, for the way through a proxy: it may know names that are not known here."""
    with suppress(httpx.ConnectError):
        _check(request)


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
        return (_inner(ip) or ip).is_global and not ip.is_multicast
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
    ports = {"http": 80, "https": 443}
    here = (base.scheme, base.hostname, base.port or ports.get(base.scheme))
    return here == (url.scheme, url.host, url.port or ports.get(url.scheme))
