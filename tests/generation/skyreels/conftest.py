"""A gateway on a free port, and clients that talk to it."""

from collections.abc import Iterator

import httpx
import pytest

from generation.skyreels.client import SkyReelsClient
from tests.generation.skyreels.local_gateway import KEY, Gateway, running_gateway


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running_gateway() as gateway:
        yield gateway


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5, trust_env=False) as client:
        yield client


@pytest.fixture
def client(gateway: Gateway, http: httpx.Client) -> SkyReelsClient:
    return SkyReelsClient(http, base_url=gateway.url, api_key=KEY)
