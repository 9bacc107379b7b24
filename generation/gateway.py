"""From settings to a client: the only place that opens the provider."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from django.conf import settings

from generation.skyreels.client import AsyncSkyReelsClient, SkyReelsClient

SUBMIT_TIMEOUT = httpx.Timeout(18.0, connect=5.0, write=5.0, pool=1.0)
QUERY_TIMEOUT = httpx.Timeout(5.0, connect=3.0)
# httpx scans its whole pool for each request, so many connections in one client cost more than several clients.
CONNECTIONS_FOR_EACH_CLIENT = 10


def provider_name() -> str:
    """`sandbox` or `gateway`, as kept on each job."""
    return "sandbox" if settings.PROVIDER_IS_SANDBOX else "gateway"


@contextmanager
def client() -> Iterator[SkyReelsClient]:
    """A client for submits and single questions. Nothing is retried by the transport: that would pay twice."""
    with httpx.Client(timeout=SUBMIT_TIMEOUT, transport=httpx.HTTPTransport(retries=0)) as http:
        yield SkyReelsClient(http, base_url=settings.SKYREELS_BASE_URL, api_key=settings.SKYREELS_API_KEY)


def polling_client() -> tuple[httpx.AsyncClient, AsyncSkyReelsClient]:
    """A client of few connections for the sweep, and the transport that its owner has to close."""
    limits = httpx.Limits(
        max_connections=CONNECTIONS_FOR_EACH_CLIENT, max_keepalive_connections=CONNECTIONS_FOR_EACH_CLIENT
    )
    http = httpx.AsyncClient(timeout=QUERY_TIMEOUT, limits=limits)
    return http, AsyncSkyReelsClient(
        http, base_url=settings.SKYREELS_BASE_URL, api_key=settings.SKYREELS_API_KEY
    )
