"""A gateway of a few lines: a real HTTP server on a free port that answers what a test tells it to."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "sk-test-0123456789abcdef"


@dataclass
class Heard:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Gateway:
    """Tell it what to answer from now on, or how to `misbehave` on the socket instead."""

    url: str
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    misbehave: Callable[[BaseHTTPRequestHandler], None] | None = None
    heard: list[Heard] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def answers(self, status: int, body: object, **headers: str) -> None:
        self.status = status
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def reset_connection(handler: BaseHTTPRequestHandler) -> None:
    """Close with a TCP reset, as a dying gateway does."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def close_connection(handler: BaseHTTPRequestHandler) -> None:
    """Hang up politely and without a word."""
    handler.connection.shutdown(socket.SHUT_RDWR)


def break_off(handler: BaseHTTPRequestHandler) -> None:
    """Promise a hundred bytes and hang up after a few."""
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"code": 200,')
    handler.wfile.flush()
    close_connection(handler)


def talk_nonsense(handler: BaseHTTPRequestHandler) -> None:
    """Answer something that is no HTTP."""
    handler.wfile.write(b"220 mail.example ESMTP\r\n\r\n")
    handler.wfile.flush()
    close_connection(handler)


def say_nothing(handler: BaseHTTPRequestHandler) -> None:
    """Keep the line open until the test is over."""
    handler.server.gateway.released.wait(30)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        gateway = self.server.gateway
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        gateway.heard.append(Heard(self.command, self.path, dict(self.headers.items()), body))
        self.close_connection = True
        if gateway.misbehave:
            gateway.misbehave(self)
            return
        self.send_response(gateway.status)
        for name, value in {"Content-Type": "application/json", **gateway.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(gateway.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(gateway.body)

    do_GET = _handle  # noqa: N815 (the names that http.server looks for)
    do_POST = _handle  # noqa: N815

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            self.rfile.close()

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    gateway: Gateway

    def shutdown_request(self, request: socket.socket) -> None:
        request.close()


@contextmanager
def running_gateway() -> Iterator[Gateway]:
    """A gateway that serves until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.gateway = Gateway(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.gateway
    finally:
        server.gateway.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
