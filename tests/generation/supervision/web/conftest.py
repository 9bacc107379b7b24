"""The server in a thread of the test, with an application and limits of the test's own."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from generation.supervision.web.application import REFUSED, Application
from generation.supervision.web.limits import Limits
from generation.supervision.web.serve import configured

ANONYMOUS, SIGNED_IN = 100_000, 10_000_000
QUICK = Limits(
    head_seconds=0.3,
    idle_seconds=1,
    body_seconds=5,
    stall_seconds=0.3,
    linger_seconds=0.3,
    bytes_per_second=1000,
)


class Server:
    """A running server: its port, its protocol class and the folder where bodies wait."""

    def __init__(self, app: Callable[..., Any], folder: Path, limits: Limits) -> None:
        self.folder = folder
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        application = Application(
            app,
            allowance=lambda environ: SIGNED_IN if "HTTP_COOKIE" in environ else ANONYMOUS,
            anonymous_bytes=ANONYMOUS,
            threads=2,
            folder=folder,
            limits=limits,
        )
        self.server = uvicorn.Server(configured(application, limits))
        self.thread = threading.Thread(target=self.server.run, args=([self.listener],))

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def exchange(self, *sent: bytes) -> bytes:
        """Everything that the server sends until it closes the connection."""
        with self.connect() as client:
            for piece in sent:
                client.sendall(piece)
            return read_all(client)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.listener.close()


def read_all(client: socket.socket) -> bytes:
    received = b""
    while piece := client.recv(65536):
        received += piece
    return received


@contextmanager
def serving(app: Callable[..., Any], folder: Path, limits: Limits = QUICK) -> Iterator[Server]:
    server = Server(app, folder, limits)
    server.thread.start()
    try:
        yield server
    finally:
        server.stop()


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer with the size of the body, or with the status of the refusal."""
    if refusal := environ.get(REFUSED):
        start_response(f"{refusal.status} Refused", [("Content-Type", "text/plain")])
        return [b"at most %d" % refusal.limit]
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"%d bytes" % len(body)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Serves `echo` with short deadlines."""
    with serving(echo, tmp_path) as made:
        yield made
