"""Check through the public URL that the reverse proxy is configured as docs/proxy.md describes.

The request is signed. `/healthz` reports how a signed request arrived; other clients only learn that the server is up.
"""

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core import signing
from django.http import HttpRequest

from generation.gateway import heeds_proxies
from library.client_address import client_of

HEADER = "X-Backlot-Doctor"
SALT, GOOD_FOR = "doctor", 60  # seconds
WITHIN = 5.0  # seconds
# An IP address reserved for documentation, so never a real client. A proxy that forwards it trusts any client.
FORGED = "203.0.113.99"


class Misconfigured(Exception):
    """The message names the problem, and the setting of the proxy or of Backlot to change."""


@dataclass(frozen=True)
class Received:
    """A request as it reached Django."""

    scheme: str
    host: str
    client: str
    is_shared: bool


def is_asked_for(request: HttpRequest) -> bool:
    """Return whether this installation's `manage.py doctor` sent the request within the last minute."""
    try:
        signing.loads(request.headers.get(HEADER, ""), salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return False
    return True


def as_received(request: HttpRequest) -> dict[str, Any]:
    """Return the fields of `Received` for the JSON response that `check` reads."""
    client = client_of(request)
    return {
        "scheme": request.scheme,
        "host": request.get_host(),
        "client": client.address,
        "is_shared": client.is_shared,
    }


def check() -> str:
    """Return a one-line summary if there is no problem. Raise Misconfigured, httpx.HTTPError or OSError."""
    url = f"{settings.PUBLIC_URL}/healthz"
    with httpx.Client(timeout=WITHIN, trust_env=heeds_proxies(url)) as client:
        for problem in _problems_of_headers(_received(client, url)):
            raise Misconfigured(problem)
        _check_small_limit(client, url)
    _check_large_limit()
    return f"{settings.PUBLIC_URL}: scheme, Host and client address are passed on, bodies are limited"


def _received(client: httpx.Client, url: str) -> Received:
    forged = {"X-Forwarded-For": FORGED, "X-Forwarded-Proto": "forged"}
    response = client.get(url, headers={HEADER: signing.dumps("", salt=SALT), **forged})
    if response.status_code == 400:
        raise Misconfigured(
            "the host is refused: let the proxy pass `Host`, or add it to BACKLOT_ALLOWED_HOSTS"
        )
    try:
        return Received(**response.json())
    except (ValueError, TypeError):
        raise Misconfigured(
            f"/healthz returns {response.status_code} from a server that is not this installation: "
            "correct BACKLOT_PUBLIC_URL or the proxy's upstream"
        ) from None


def _problems_of_headers(received: Received) -> Iterator[str]:
    public = urlsplit(settings.PUBLIC_URL)
    if received.scheme != public.scheme:
        yield (
            f"requests arrive as {received.scheme}, not {public.scheme}: make the proxy set `X-Forwarded-Proto`, "
            "or correct BACKLOT_PUBLIC_URL"
        )
    if received.host != public.netloc:
        yield f"requests arrive for {received.host}, not {public.netloc}: make the proxy pass `Host` unchanged"
    if received.client == FORGED:
        yield (
            "clients can forge their address: make the proxy overwrite `X-Forwarded-For`, "
            "or correct BACKLOT_TRUSTED_PROXIES"
        )
    if received.is_shared:
        yield "all clients have the proxy's address: make it set `X-Forwarded-For`, or correct BACKLOT_TRUSTED_PROXIES"


def _check_small_limit(client: httpx.Client, url: str) -> None:
    """Check that a body over the anonymous limit is refused."""
    response = client.post(url, content=bytes(settings.MAX_ANONYMOUS_BYTES + 1))
    if response.status_code != 413:
        raise Misconfigured(
            f"a body over BACKLOT_MAX_ANONYMOUS_MB gets status {response.status_code}, not 413: "
            "serve Backlot with `manage.py web`"
        )


def _check_large_limit() -> None:
    """Check that the proxy accepts the largest upload. The body is announced but not sent: a proxy with a smaller limit
    refuses it at once, a buffering one keeps waiting, and Backlot itself refuses the anonymous request."""
    public = urlsplit(settings.PUBLIC_URL)
    kind = http.client.HTTPSConnection if public.scheme == "https" else http.client.HTTPConnection
    connection = kind(public.hostname or "", public.port, timeout=WITHIN)
    try:
        connection.putrequest("POST", "/healthz")
        for name, value in (
            ("Content-Length", str(settings.MAX_UPLOAD_BYTES)),
            ("Accept", "application/json"),
        ):
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        is_ours = "problem" in json.loads(response.read() or b"{}")
    except TimeoutError:
        return
    except ValueError:
        is_ours = False
    finally:
        connection.close()
    if response.status == 413 and not is_ours:
        raise Misconfigured(
            "the proxy refuses uploads that Backlot accepts: raise its body size limit (nginx: `client_max_body_size`) "
            "to BACKLOT_MAX_UPLOAD_MB"
        )
