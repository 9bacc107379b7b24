"""The interface of a provider (skyreels-api.md section 8): authentication, requests, responses, capabilities, prices.

Providers only build and read data; the client sends the requests.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

import httpx

from generation.skyreels.capabilities import Capabilities
from generation.skyreels.pricing import PriceTable
from generation.skyreels.requests import GenerationRequest
from generation.skyreels.responses import Balance, Submitted, Task


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """One HTTP request, below the base URL. It contains the key, so it has no representation."""

    path: str
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    content: bytes = b""


class Provider(ABC):
    """One dialect, without state: the key is passed in with each call and never becomes part of a frozen body.

    `root` is the path that a base URL may end with or leave out.
    """

    name: ClassVar[str]
    root: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    prices: ClassVar[PriceTable]

    @abstractmethod
    def body(self, request: GenerationRequest) -> bytes:
        """Return the bytes to freeze before the first attempt: the same for the same request, without the key."""

    @abstractmethod
    def submit_call(self, body: bytes, *, idempotency_key: str, api_key: str) -> Call:
        """Return the POST request that sends the frozen bytes."""

    @abstractmethod
    def read_submitted(self, response: httpx.Response, *, body: bytes, secret: str) -> Submitted:
        """Read the response to a submit of these bytes. Raise what `SkyReelsClient.submit` raises after a response."""

    @abstractmethod
    def task_call(self, task_id: str, *, api_key: str) -> Call:
        """Return the GET request that queries a task. Raise UnknownTask for an ID of another provider."""

    @abstractmethod
    def read_task(self, response: httpx.Response, *, task_id: str, secret: str) -> Task:
        """Read a task; an unknown status means "keep polling". Raise Unavailable, UnknownTask or Paused."""

    @abstractmethod
    def balance_call(self, *, api_key: str) -> Call:
        """Return the GET request that queries the balance."""

    @abstractmethod
    def read_balance(self, response: httpx.Response, *, secret: str) -> Balance:
        """Read the balance; all None if the provider reports none. Raise Unavailable, Refused or Paused."""
