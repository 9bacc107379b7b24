"""Create clients of the configured provider. No other module connects to it."""

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
# httpx scans its whole pool for each request: one client with many connections costs more than several clients.
CONNECTIONS_FOR_EACH_CLIENT = 10


def provider() -> Provider:
    """Return the provider that `SKYREELS_PROVIDER` names; the sandbox supports the dialects of both."""
    return VENDOR if settings.SKYREELS_PROVIDER == "vendor" else GATEWAY


def capabilities() -> Capabilities:
    """Return the capabilities of the configured provider; the composer offers nothing else."""
    return provider().capabilities


def frozen_body(request: GenerationRequest) -> bytes:
    """Return the body to store on the job before the first attempt: in the configured dialect, without the API key."""
    return provider().body(request)


def provider_name() -> str:
    """Return the name to store on each job: `gateway`, `vendor`, `sandbox` or `sandbox-vendor`.

    The sandbox has a name for each dialect, since a task of one cannot be queried in the other.
    """
    if not settings.PROVIDER_IS_SANDBOX:
        return provider().name
    return "sandbox" if provider() is GATEWAY else f"sandbox-{provider().name}"


def present_gateway() -> dict[str, str]:
    """Return the queryset filter for jobs of the configured provider: an API key must not be sent to another host.

    Jobs of the local sandbox are identified by name only, since it keeps its tasks when its port changes.
    """
    if settings.SANDBOX_IS_EMBEDDED:
        return {"provider": provider_name()}
    return {"base_url": settings.SKYREELS_BASE_URL}


def is_of_present(provider: str, base_url: str) -> bool:
    """Return whether a job with this provider and base URL can be polled with the current settings."""
    sent = {"provider": provider, "base_url": base_url}
    return all(sent[field] == value for field, value in present_gateway().items())


def calls_back() -> bool:
    """Return whether the provider should call our webhook when a render ends.

    It must support webhooks. With `auto`, `PUBLIC_URL` must also be reachable for it, and it must not be the sandbox.
    """
    wanted = settings.SKYREELS_WEBHOOKS
    if wanted == "auto":
        parts = urlsplit(settings.PUBLIC_URL)
        public = parts.scheme == "https" and not is_private(parts.hostname or "")
        return capabilities().webhook and public and not settings.PROVIDER_IS_SANDBOX
    return capabilities().webhook and wanted == "true"


def hook_url(token: str) -> str:
    """Return the webhook URL for the job with this token, which is the only secret in it; empty without a token.

    The provider appends `/callback` (skyreels-api.md, section 6).
    """
    return f"{settings.PUBLIC_URL}/hooks/skyreels/{token}" if token else ""


@contextmanager
def client() -> Iterator[SkyReelsClient]:
    """Open a client for submits and single queries. It never retries, since a retried submit could cost twice."""
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
    """Return a transport with few connections, which the caller must close, and the sweep's client that uses it."""
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
    """Return the trusted certificates, loaded only once because that takes longer than the rest of a submit."""
    return httpx.create_ssl_context(trust_env=trust_env)


def _introduced() -> dict[str, str]:
    """Return headers that identify the worker host, so that the provider's log can be matched with ours."""
    return {"User-Agent": f"Backlot/{settings.WORKER_ID or 'web'}"}


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach the host, judging by its name."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_private(host: str) -> bool:
    """Return whether the host cannot be reached from the internet, judging by its name or IP address."""
    try:
        return not ip_address(host.strip("[]")).is_global
    except ValueError:
        return is_loopback(host) or "." not in host or host.endswith((".local", ".internal"))


def serves_others() -> bool:
    """Return whether, according to the settings, this installation serves other machines."""
    public_host = urlsplit(settings.PUBLIC_URL).hostname or ""
    return settings.PRODUCTION or not (is_loopback(settings.HOST) and is_loopback(public_host))


def heeds_proxies(address: str) -> bool:
    """Return whether requests to this URL use the proxies of the environment: all except those to this machine."""
    return not is_loopback(urlsplit(address).hostname or "")
