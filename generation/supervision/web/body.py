"""Reading a request's body without a thread: its announced length, its limit, its deadlines, and where it waits."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from time import monotonic
from typing import IO, Any

from generation.supervision.web.limits import Limits

IN_MEMORY = 64 * 1024  # bytes of one body; more of it waits on disk
WRITE_AT_ONCE = 256 * 1024

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Scope = MutableMapping[str, Any]
Headers = Iterable[tuple[bytes, bytes]]


class Refused(Exception):
    """The body is not taken: 400 (its framing), 408 (too slow), 413 (larger than `limit` bytes) or 503 (who
    sends it cannot be looked up)."""

    def __init__(self, status: int, *, limit: int = 0) -> None:
        super().__init__(status)
        self.status, self.limit = status, limit


class ClientLeft(Exception):
    """The connection was closed before the body had arrived."""


def announced_length(headers: Headers) -> int | None:
    """The announced length in bytes: 0 without a body, None for a chunked one. Raises Refused.

    The parser refuses repeated, negative and contradicting lengths before this; what is left is checked here once more.
    """
    found = [(name, value.strip().lower()) for name, value in headers]
    lengths = [value for name, value in found if name == b"content-length"]
    codings = [value for name, value in found if name == b"transfer-encoding"]
    if len(lengths) + len(codings) > 1:
        raise Refused(400)
    if codings:
        if codings != [b"chunked"]:
            raise Refused(400)
        return None
    if not lengths:
        return 0
    if not lengths[0].isdigit():
        raise Refused(400)
    return int(lengths[0])


async def arriving(receive: Receive, limits: Limits) -> AsyncIterator[bytes]:
    """The chunks of a body as they come. Raises Refused when the client is too slow, ClientLeft."""
    began, received = monotonic(), 0
    more = True
    while more:
        allowed = limits.stall_seconds + received / limits.bytes_per_second
        try:
            async with asyncio.timeout(began + min(allowed, limits.body_seconds) - monotonic()):
                message = await receive()
        except TimeoutError:
            raise Refused(408) from None
        if message["type"] == "http.disconnect":
            raise ClientLeft
        chunk: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        received += len(chunk)
        if chunk:
            yield chunk


@contextlib.asynccontextmanager
async def client_left(receive: Receive) -> "AsyncIterator[asyncio.Task[None]]":
    """A task that is done once the client has closed the connection. For the time after its body has arrived."""
    watch = asyncio.create_task(_until_closed(receive))
    try:
        yield watch
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch


async def _until_closed(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Spool:
    """A body that waits for the application: small ones in memory, larger ones in a file of `folder` that goes when it
    is closed. Files are written by a thread for a moment, since a busy disk would stop the event loop."""

    def __init__(self, folder: Path) -> None:
        self.size = 0
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(folder))  # noqa: SIM115

    async def write(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._pending.append(chunk)
        self._pending_size += len(chunk)
        if self._pending_size >= WRITE_AT_ONCE:
            await self._flush()

    async def opened(self) -> IO[bytes]:
        """The whole body, to be read from its beginning."""
        await self._flush()
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        self._file.close()

    async def _flush(self) -> None:
        content = b"".join(self._pending)
        self._pending.clear()
        self._pending_size = 0
        if self.size <= IN_MEMORY:
            self._file.write(content)
        else:
            await asyncio.to_thread(self._file.write, content)
