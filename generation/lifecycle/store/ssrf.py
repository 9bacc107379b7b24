"""Requests to URLs that providers and API clients supplied, from inside the installation's network."""

from urllib.parse import urlsplit

import httpx
from django.conf import settings

from generation import gateway, public_http
from generation.public_http import HTTPS, PORTS, NotPublic

__all__ = ["HTTPS", "NotPublic", "client"]


def client(
    url: str, *, timeout: httpx.Timeout, schemes: tuple[str, ...] = HTTPS, exempt_provider: bool = True
) -> httpx.Client:
    """Return a client for this URL and its redirects. Its requests raise NotPublic for URLs that are not public or have
    another scheme; this function raises it for text that is not a URL.

    A provider that was configured inside the installation's network is exempt for its own links: the sandbox, or a
    gateway on this machine or its network, which the application calls with a key anyway. `exempt_provider=False`
    removes the exemption.
    """
    try:
        heeds_proxies = gateway.heeds_proxies(str(httpx.URL(url)))
    except (httpx.InvalidURL, ValueError) as error:
        raise NotPublic("it is not a URL") from error
    exempt = _is_private_provider if exempt_provider else public_http.exempt_below(())
    return public_http.client(timeout=timeout, exempt=exempt, schemes=schemes, trust_env=heeds_proxies)


def _is_private_provider(url: httpx.URL) -> bool:
    """Return whether the URL belongs to the configured provider and the provider is inside the network."""
    base = urlsplit(settings.SKYREELS_BASE_URL)
    if not settings.PROVIDER_IS_SANDBOX and not gateway.is_private(base.hostname or ""):
        return False
    here = (base.scheme, base.hostname, base.port or PORTS.get(base.scheme))
    return here == (url.scheme, url.host, url.port or PORTS.get(url.scheme))
