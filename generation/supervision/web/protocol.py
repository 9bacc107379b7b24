"""uvicorn's HTTP/1.1 protocol with deadlines, and with limits on what a client can make it buffer.

uvicorn itself waits forever for headers and for clients that do not read, and buffers headers of any length.
"""

import asyncio
import socket
from http import HTTPStatus
from time import monotonic
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from generation.supervision.web.connections import ConnectionTable
from generation.supervision.web.limits import Limits

IDLE, MID_REQUEST = 0, 1  # which is closed first when there are too many connections


class GuardedProtocol(HttpToolsProtocol):
    """One connection. Use `guarded` to create the class for a process."""

    limits: ClassVar[Limits]
    table: ClassVar[ConnectionTable]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access_log = False  # URLs carry share tokens
        self._head_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._linger_timer: asyncio.TimerHandle | None = None
        self._stop_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._trailer_bytes = 0
        self._lingered_bytes = 0
        self._is_reading_body = False
        self._began = monotonic()

    # Interface for the table of connections

    @property
    def address(self) -> str:
        return self.client[0] if self.client else ""

    @property
    def waits(self) -> tuple[int, float] | None:
        if not self._is_busy():
            return IDLE, self._began
        if self._is_reading_body or self._write_timer:
            return MID_REQUEST, self._began
        return None

    def shed(self) -> None:
        self.transport.abort()

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        # Data that the kernel does not accept at once triggers `pause_writing`, and so the deadline.
        transport.set_write_buffer_limits(high=0)
        _send_at_once(transport)
        super().connection_made(LingeringTransport(transport, self))  # type: ignore[arg-type]
        if self.table.admit(self):
            self._expect_head()
        else:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections. Try again in a moment.")

    def connection_lost(self, exc: Exception | None) -> None:
        self.table.discard(self)
        for timer in (self._head_timer, self._write_timer, self._linger_timer, self._stop_timer):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._linger_timer:
            return self._let_go_by(data)
        if not self._is_reading_body:
            self._head_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self._is_reading_body:
            return
        if self._head_bytes > self.limits.head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The head of the request is too large.")
        elif not self._is_busy():
            self._expect_head()

    def shutdown(self) -> None:
        if self._linger_timer:
            self.transport.abort()
        else:
            super().shutdown()
            # Before uvicorn cancels the remaining requests, which it logs as an error.
            self._stop_timer = self.loop.call_later(self.limits.stop_seconds, self.transport.abort)

    # The request

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._is_reading_body:
            return super().on_header(name, value)
        # A trailer would be treated as a header that bypassed the proxy.
        self._trailer_bytes += len(name) + len(value)
        if self._trailer_bytes > self.limits.head_bytes:
            raise ValueError("the trailers are too large")

    def on_headers_complete(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None
        self._head_bytes = self._trailer_bytes = 0
        self._is_reading_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_reading_body = False
        super().on_message_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """Respond in HTTP/1.1, as RFC 9110 allows; the rest of the connection is no longer HTTP."""
        if self.cycle:
            self.cycle.keep_alive = False

    def _is_busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    # Deadlines

    def _expect_head(self) -> None:
        if self._head_timer is None:
            self._began = monotonic()
            self._head_timer = self.loop.call_later(self.limits.head_seconds, self._head_is_late)

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._head_bytes and not self._is_busy():
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The head of the request took too long.")
        else:
            self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._write_timer is None:
            self._watch_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._write_timer:
            self._write_timer.cancel()
            self._write_timer = None
        if self._linger_timer:
            self._half_close()

    def _watch_writing(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._write_timer = self.loop.call_later(self.limits.stall_seconds, self._look_at_writing, left)

    def _look_at_writing(self, before: int) -> None:
        taken = before - self.transport.get_write_buffer_size()
        if taken < self.limits.bytes_per_second * self.limits.stall_seconds:
            self.transport.abort()
        else:
            self._watch_writing()

    # Refusals

    def send_400_response(self, msg: str) -> None:
        """Handle parser errors, including malformed, contradicting or repeated lengths."""
        self._refuse(HTTPStatus.BAD_REQUEST, "This is not a valid HTTP request.")

    def _refuse(self, status: HTTPStatus, sentence: str) -> None:
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        body = f"{sentence}\n"
        self.transport.write(
            f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode("ascii")
        )
        # The client is still sending the rest.
        self._is_reading_body = True
        self.transport.close()

    def linger(self) -> bool:
        """Half-close before closing, and discard what the client still sends for a while; return False if it sends
        nothing more. Closing at once would reset the connection and lose the unread response."""
        if not self._is_reading_body:
            return False
        self._linger_timer = self.loop.call_later(self.limits.linger_seconds, self.transport.abort)
        if not self.transport.get_write_buffer_size():
            self._half_close()
        self.flow.resume_reading()
        return True

    def _half_close(self) -> None:
        try:
            self.transport.write_eof()
        except OSError:  # the client has reset the connection
            self.transport.abort()

    def _let_go_by(self, data: bytes) -> None:
        self._lingered_bytes += len(data)
        if self._lingered_bytes > self.limits.linger_bytes:
            # From here on, the connection only waits for the client to read the response.
            self.flow.pause_reading()


class LingeringTransport:
    """A transport that lets its protocol linger before closing."""

    def __init__(self, transport: asyncio.Transport, protocol: GuardedProtocol) -> None:
        self._transport = transport
        self._protocol = protocol
        self._is_closing = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        return self._is_closing or self._transport.is_closing()

    def write(self, data: bytes) -> None:
        if not self.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        if self.is_closing():
            return
        self._is_closing = True
        if not self._protocol.linger():
            self._transport.close()


def _send_at_once(transport: asyncio.Transport) -> None:
    """Set TCP_NODELAY, which asyncio does only for sockets created with the protocol number. Without it, a response
    body waits 40 ms for the client to acknowledge the headers."""
    connection = transport.get_extra_info("socket")
    if connection is not None and connection.family in {socket.AF_INET, socket.AF_INET6}:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def guarded(limits: Limits) -> type[GuardedProtocol]:
    """Return the protocol class of one process, whose connections share one table."""
    table = ConnectionTable(limits.connections, limits.connections_per_address)
    return type("Guarded", (GuardedProtocol,), {"limits": limits, "table": table})
