"""Read a request body without a thread: announced length, limit, deadlines and buffering."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from time import monotonic
from typing import IO, Any

from generation.supervision.web.limits import Limits

IN_MEMORY = 64 * 1024  # bytes of one body; larger ones are buffered on disk
WRITE_AT_ONCE = 256 * 1024

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Scope = MutableMapping[str, Any]
Headers = Iterable[tuple[bytes, bytes]]


class Refused(Exception):
    """The body is refused: 400 (invalid framing), 408 (too slow), 413 (larger than `limit` bytes) or 503 (the user
    cannot be looked up)."""

    def __init__(self, status: int, *, limit: int = 0) -> None:
        super().__init__(status)
        self.status, self.limit = status, limit


class ClientLeft(Exception):
    """The connection was closed before the body had arrived."""


def announced_length(headers: Headers) -> int | None:
    """Return the announced length in bytes: 0 without a body, None for a chunked one. Raise Refused.

    The parser has already refused repeated, negative and contradicting lengths; this is a second check.
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
    """Yield the chunks of a body as they arrive. Raise Refused if the client is too slow, or ClientLeft."""
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
    """Return a task that is done once the client has closed the connection. Use it after the body has arrived."""
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
    """A buffered body: in memory if small, else in a temporary file in `folder` that is deleted when it is closed.
    Files are written in a thread, since a busy disk would block the event loop."""

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
        """Return the whole body as a file, positioned at its start."""
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
