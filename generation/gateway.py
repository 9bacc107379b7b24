"""From settings to a client: the only place that opens the provider."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from ipaddress import ip_address
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from generation.skyreels.capabilities import Capabilities
from generation.skyreels.client import AsyncSkyReelsClient, SkyReelsClient
from generation.skyreels.providers import GATEWAY, VENDOR, Provider
from generation.skyreels.schemas import GenerationRequest

SUBMIT_TIMEOUT = httpx.Timeout(18.0, connect=5.0, write=5.0, pool=1.0)
QUERY_TIMEOUT = httpx.Timeout(5.0, connect=3.0)
# httpx scans its whole pool for each request, so many connections in one client cost more than several clients.
CONNECTIONS_FOR_EACH_CLIENT = 10


def provider() -> Provider:
    """The dialect that `SKYREELS_PROVIDER` names; the sandbox speaks both."""
    return VENDOR if settings.SKYREELS_PROVIDER == "vendor" else GATEWAY


def capabilities() -> Capabilities:
    """What the configured provider can carry: the composer offers nothing else."""
    return provider().capabilities


def frozen_body(request: GenerationRequest) -> bytes:
    """The bytes to keep on the job before the first try, in the configured dialect and without the key."""
    return provider().body(request)


def provider_name() -> str:
    """`gateway`, `vendor`, `sandbox` or `sandbox-vendor`, as kept on each job.

    The sandbox has a name for each dialect: a task of one cannot be asked about in the other.
    """
    if not settings.PROVIDER_IS_SANDBOX:
        return provider().name
    return "sandbox" if provider() is GATEWAY else f"sandbox-{provider().name}"


def present_gateway() -> dict[str, str]:
    """Which jobs can be asked about here, as fields of theirs: a key is never sent to another host than its own.

    The embedded sandbox is known by its name alone: it keeps its tasks when its port has to change.
    """
    if settings.SANDBOX_IS_EMBEDDED:
        return {"provider": provider_name()}
    return {"base_url": settings.SKYREELS_BASE_URL}


def is_of_present(provider: str, base_url: str) -> bool:
    """Whether a job that was sent there can be asked about here."""
    sent = {"provider": provider, "base_url": base_url}
    return all(sent[field] == value for field, value in present_gateway().items())


def calls_back() -> bool:
    """Whether the provider is asked to tell us when a render has ended: it can, and it can reach us."""
    wanted = settings.SKYREELS_WEBHOOKS
    if wanted == "auto":
        parts = urlsplit(settings.PUBLIC_URL)
        public = parts.scheme == "https" and not is_private(parts.hostname or "")
        return capabilities().webhook and public and not settings.PROVIDER_IS_SANDBOX
    return capabilities().webhook and wanted == "true"


def hook_url(token: str) -> str:
    """Where the provider calls for the job of this token, which is the only secret; empty without one.

    The provider puts `/callback` behind it (skyreels-api.md, section 6).
    """
    return f"{settings.PUBLIC_URL}/hooks/skyreels/{token}" if token else ""


@contextmanager
def client() -> Iterator[SkyReelsClient]:
    """A client for submits and single questions. Nothing is retried by the transport: that would pay twice."""
    proxied = heeds_proxies(settings.SKYREELS_BASE_URL)
    options: dict[str, Any] = {
        "timeout": SUBMIT_TIMEOUT,
        "headers": _introduced(),
        "verify": _trusted(proxied),
    }
    with httpx.Client(trust_env=proxied, **options) as http:
        yield SkyReelsClient(
            http,
            base_url=settings.SKYREELS_BASE_URL,
            api_key=settings.SKYREELS_API_KEY,
            provider=provider(),
        )


def polling_client() -> tuple[httpx.AsyncClient, AsyncSkyReelsClient]:
    """A client of few connections for the sweep, and the transport that its owner has to close."""
    limits = httpx.Limits(
        max_connections=CONNECTIONS_FOR_EACH_CLIENT, max_keepalive_connections=CONNECTIONS_FOR_EACH_CLIENT
    )
    http = httpx.AsyncClient(
        timeout=QUERY_TIMEOUT,
        limits=limits,
        trust_env=heeds_proxies(settings.SKYREELS_BASE_URL),
        headers=_introduced(),
    )
    return http, AsyncSkyReelsClient(
        http,
        base_url=settings.SKYREELS_BASE_URL,
        api_key=settings.SKYREELS_API_KEY,
        provider=provider(),
    )


@cache
def _trusted(trust_env: bool) -> SSLContext:
    """The certificates to believe. Reading them takes longer than a submit's own work, so they are read once."""
    return httpx.create_ssl_context(trust_env=trust_env)


def _introduced() -> dict[str, str]:
    """Who asks: the worker host, so that the provider's log can be read beside ours."""
    return {"User-Agent": f"Backlot/{settings.WORKER_ID or 'web'}"}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host, as far as its name tells."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_private(host: str) -> bool:
    """Whether an address, as far as its name tells, means nothing on the internet."""
    try:
        return not ip_address(host.strip("[]")).is_global
    except ValueError:
        return is_loopback(host) or "." not in host or host.endswith((".local", ".internal"))


def serves_others() -> bool:
    """Return whether, according to the settings, this installation serves other machines."""
    public_host = urlsplit(settings.PUBLIC_URL).hostname or ""
    return settings.PRODUCTION or not (is_loopback(settings.HOST) and is_loopback(public_host))


def heeds_proxies(address: str) -> bool:
    """Whether the proxies of the environment count on the way to an address: never to this machine itself."""
    return not is_loopback(urlsplit(address).hostname or "")
