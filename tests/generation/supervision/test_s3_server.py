"""The door in front of the local S3 server."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

import pytest

from generation.supervision.s3_server import SOCKET, DoorServer


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The place of rclone: it listens, and says nothing."""
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(SOCKET)
        listener.listen()
        yield listener


@contextmanager
def door(host: str) -> Iterator[int]:
    """A door on a free port."""
    server = DoorServer(host, 0)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("host", "client"), [("127.0.0.1", "127.0.0.1"), ("::", "127.0.0.1"), ("::", "::1")])
def test_leave_to_send_a_body_is_given_before_the_body_comes(
    inside: socket.socket, host: str, client: str
) -> None:
    asking = b"PUT /bucket/key HTTP/1.1\r\nHost: s3\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    with door(host) as port, closing(socket.create_connection((client, port), timeout=10)) as connection:
        connection.sendall(asking)
        assert connection.recv(100).splitlines()[0] == b"HTTP/1.1 100 Continue"
