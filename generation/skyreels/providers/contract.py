"""What a provider is (skyreels-api.md section 8): how to authenticate, to shape a submit and a poll, to read both
answers, what it can carry and what it costs. Everything here is plain data: the client does the talking."""

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
    """One HTTP request, below the base URL. It holds the key, so it does not show itself."""

    path: str
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    content: bytes = b""


class Provider(ABC):
    """One dialect. It keeps nothing: the key is handed in with each call and never becomes part of a body.

    `root` is the path that a base URL may end with or leave out.
    """

    name: ClassVar[str]
    root: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    prices: ClassVar[PriceTable]

    @abstractmethod
    def body(self, request: GenerationRequest) -> bytes:
        """The bytes to freeze before the first try: the same for the same request, and without the key."""

    @abstractmethod
    def submit_call(self, body: bytes, *, idempotency_key: str, api_key: str) -> Call:
        """How the frozen bytes are sent, by POST."""

    @abstractmethod
    def read_submitted(self, response: httpx.Response, *, body: bytes, secret: str) -> Submitted:
        """The answer to a submit of these bytes. Raises what `SkyReelsClient.submit` raises after an answer."""

    @abstractmethod
    def task_call(self, task_id: str, *, api_key: str) -> Call:
        """How a task is asked about, by GET. Raises UnknownTask for an id that is none of this provider's."""

    @abstractmethod
    def read_task(self, response: httpx.Response, *, task_id: str, secret: str) -> Task:
        """The answer about a task; an unknown status means "keep polling". Raises Unavailable, UnknownTask, Paused."""

    @abstractmethod
    def balance_call(self, *, api_key: str) -> Call:
        """How the balance is asked for, by GET."""

    @abstractmethod
    def read_balance(self, response: httpx.Response, *, secret: str) -> Balance:
        """What is left; all None where the provider does not tell. Raises Unavailable, Refused or Paused."""
