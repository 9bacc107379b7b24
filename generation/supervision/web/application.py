"""The ASGI application: reads the body within its limits, runs Django in a thread, sends the response."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from generation.supervision.web.body import (
    ClientLeft,
    Message,
    Receive,
    Refused,
    Scope,
    Spool,
    announced_length,
    arriving,
    client_left,
)
from generation.supervision.web.limits import Limits
from generation.supervision.web.wsgi import Environ, Exchange, Wsgi, bodiless, environ_of

REFUSED = "backlot.refused"  # WSGI environment key: the Refused of a request whose body was not read
STREAM_THREADS = 2
# The readiness check queries the storage and the database, which may take seconds; `/healthz` must not wait for it.
ALIVE, PROBES = "/healthz", {"/readyz", "/metrics"}
CLOSING = (b"connection", b"close")

Send = Callable[[Message], Awaitable[None]]
Result = TypeVar("Result")


class Application:
    """Django behind the event loop.

    Any client may send a body of up to `anonymous_bytes`. For a larger one, `allowance` is called in a thread with the
    environment of the request and returns how many bytes this user may send to this view.
    """

    def __init__(
        self,
        app: Wsgi,
        *,
        allowance: Callable[[Environ], int],
        anonymous_bytes: int,
        threads: int,
        folder: Path,
        limits: Limits,
    ) -> None:
        self._app = app
        self._allowance = allowance
        self._anonymous_bytes = anonymous_bytes
        self._folder = folder
        self._limits = limits
        # The threads are reused, so that each keeps its database connection. Separate pools keep pages from queueing
        # behind chunks of exports, and probes behind pages.
        self._pages = ThreadPoolExecutor(threads, thread_name_prefix="web")
        self._streams = ThreadPoolExecutor(STREAM_THREADS, thread_name_prefix="web-stream")
        self._probes = ThreadPoolExecutor(1, thread_name_prefix="web-probe")
        self._alive = ThreadPoolExecutor(1, thread_name_prefix="web-alive")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"{scope['type']} is not served")
        body = Spool(self._folder)
        try:
            await self._read(scope, receive, body)
            exchange = Exchange(self._app, environ_of(scope, await body.opened(), body.size))
            await self._answer(exchange, receive, send)
        except Refused as refusal:
            exchange = Exchange(self._app, {**bodiless(scope), REFUSED: refusal})
            await self._answer(exchange, receive, send, CLOSING)
        except ClientLeft:
            pass
        finally:
            body.close()

    async def _read(self, scope: Scope, receive: Receive, body: Spool) -> None:
        """Read the body. Raise Refused or ClientLeft."""
        announced = announced_length(scope["headers"])
        limit = self._anonymous_bytes
        if announced is not None and announced > limit:
            limit = await self._raised_limit(scope, announced)
        if announced == 0:
            return
        async for chunk in arriving(receive, self._limits):
            size = body.size + len(chunk)
            if size > limit:
                limit = await self._raised_limit(scope, size)
            await body.write(chunk)
        if announced is not None and body.size != announced:
            raise Refused(400)

    async def _raised_limit(self, scope: Scope, size: int) -> int:
        """Return the limit of an authenticated user. Raise Refused if `size` exceeds it."""
        limit = await in_thread(self._pages, self._allowance, bodiless(scope))
        if size > limit:
            raise Refused(413, limit=limit)
        return limit

    async def _answer(
        self, exchange: Exchange, receive: Receive, send: Send, *headers: tuple[bytes, bytes]
    ) -> None:
        chunk, more = await in_thread(self._threads_for(exchange.path), exchange.begin)
        if more and not chunk:
            # Before the headers are sent, so that an error here still becomes an error page.
            chunk, more = await in_thread(self._streams, exchange.resume)
        await send(
            {
                "type": "http.response.start",
                "status": exchange.status,
                "headers": [*exchange.headers, *headers],
            }
        )
        if more:
            chunk = await self._stream(exchange, chunk, receive, send)
        await send({"type": "http.response.body", "body": chunk})

    def _threads_for(self, path: str) -> Executor:
        if path == ALIVE:
            return self._alive
        return self._probes if path in PROBES else self._pages

    async def _stream(self, exchange: Exchange, chunk: bytes, receive: Receive, send: Send) -> bytes:
        """Send all chunks except the last one, which is returned; produce each chunk after the client has read the
        previous one. Stop if the client disconnects."""
        more = True
        async with client_left(receive) as left:
            while more:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                if left.done():
                    await in_thread(self._streams, exchange.close)
                    return b""
                chunk, more = await in_thread(self._streams, exchange.resume)
        return chunk


async def in_thread(threads: Executor, call: Callable[..., Result], *arguments: Any) -> Result:
    return await asyncio.get_running_loop().run_in_executor(threads, call, *arguments)
