"""Send many polls concurrently, each independent of the others: a slow response delays no other."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from generation import gateway
from generation.lifecycle.leases import Lease
from generation.models import Job
from generation.skyreels import errors
from generation.skyreels.schemas import Task

CLIENTS = 5
# One slot per connection, so that a granted request is never queued.
MAX_CONCURRENT = CLIENTS * gateway.CONNECTIONS_FOR_EACH_CLIENT
# More responses follow the first within moments; writing them together takes a third of the time.
BATCH_WINDOW_S = 0.03
# Limit for the whole response, however slowly it arrives: it must end before the lease, or two workers would poll.
RESPONSE_TIMEOUT_S = 11.0
# Requests granted longer ago would count in another minute; the worker was suspended in between.
GRANT_TTL_S = 3.0


@dataclass(frozen=True)
class PollRequest:
    """A job to poll, claimed and granted by the rate limit."""

    lease: Lease
    job: Job
    granted_at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class PollResult:
    """The response to a poll: the task, an error, or None if the request was not sent."""

    lease: Lease
    job: Job
    response: Task | errors.SkyReelsError | None


class PollClientPool:
    """Several clients with few connections each: a single client with many is slowed down by its own pool."""

    def __init__(self) -> None:
        self._clients = [gateway.polling_client() for _ in range(CLIENTS)]
        self._pending: dict[asyncio.Task[PollResult], PollRequest] = {}
        self._next_client = itertools.cycle(range(CLIENTS))

    @classmethod
    async def open(cls) -> "PollClientPool":
        """Open the pool in the event loop in which all its methods will be called."""
        return cls()

    @property
    def free_slots(self) -> int:
        """The number of further requests that can be sent now."""
        return MAX_CONCURRENT - len(self._pending)

    @property
    def is_busy(self) -> bool:
        """True while responses are pending."""
        return bool(self._pending)

    async def send(self, requests: Sequence[PollRequest]) -> None:
        """Start sending the requests; `results` returns their responses."""
        for request in requests:
            self._pending[asyncio.create_task(self._poll(request, next(self._next_client)))] = request

    async def results(self, wait: float) -> list[PollResult]:
        """Return the results that have arrived, waiting at most `wait` seconds for the first."""
        if not self._pending:
            return []
        done, rest = await asyncio.wait(self._pending, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        if done and rest:
            done, _ = await asyncio.wait(self._pending, timeout=BATCH_WINDOW_S)
        for task in done:
            del self._pending[task]
        return [task.result() for task in done]

    async def close(self) -> list[PollResult]:
        """Cancel pending requests, close the clients, and return the cancelled requests as results without response."""
        cancelled = [PollResult(one.lease, one.job, None) for one in self._pending.values()]
        for task in self._pending:
            task.cancel()
        if self._pending:
            await asyncio.wait(self._pending)
        self._pending.clear()
        for http, _ in self._clients:
            await http.aclose()
        return cancelled

    async def _poll(self, request: PollRequest, client: int) -> PollResult:
        if time.monotonic() - request.granted_at > GRANT_TTL_S:
            return PollResult(request.lease, request.job, None)
        response: Task | errors.SkyReelsError
        try:
            async with asyncio.timeout(RESPONSE_TIMEOUT_S):
                response = await self._clients[client][1].task(request.job.task_id)
        except errors.SkyReelsError as error:
            response = error
        except TimeoutError:
            response = errors.Unavailable("The response of SkyReels did not end in time.")
        return PollResult(request.lease, request.job, response)
