"""The door in front of the local S3 server."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings

from generation.supervision.processes.s3_server import SOCKET, door_server, listen
from library import storage
from tests.generation.supervision.web.conftest import read_all


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
    listener, server = listen(host, 0), door_server()
    thread = Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.mark.parametrize(("host", "client"), [("127.0.0.1", "127.0.0.1"), ("::", "127.0.0.1"), ("::", "::1")])
def test_leave_to_send_a_body_is_given_before_the_body_comes(
    inside: socket.socket, host: str, client: str
) -> None:
    asking = b"PUT /bucket/key HTTP/1.1\r\nHost: s3\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    with door(host) as port, closing(socket.create_connection((client, port), timeout=10)) as connection:
        connection.sendall(asking)
        assert connection.recv(100).splitlines()[0] == b"HTTP/1.1 100 Continue"


def connect() -> socket.socket:
    return socket.create_connection(("127.0.0.1", settings.EMBEDDED["s3_port"]), timeout=20)


@pytest.mark.parametrize(
    ("length", "status"),
    [
        (b"Content-Length: -1", b"400"),
        (b"Content-Length: many", b"400"),
        (b"Content-Length: 4\r\nContent-Length: 4", b"400"),
        (b"Content-Length: 4\r\nTransfer-Encoding: chunked", b"400"),
        (b"Transfer-Encoding: chunked", b"411"),
        (b"Content-Length: 9000000000", b"413"),
    ],
)
def test_an_invalid_length_is_refused(s3: None, length: bytes, status: bytes) -> None:
    with connect() as client:
        client.sendall(b"PUT /backlot/key HTTP/1.1\r\nHost: s3\r\n" + length + b"\r\n\r\n")
        assert read_all(client).split(b" ")[1] == status


def test_a_name_that_needs_escapes_keeps_its_signature_and_ranges_are_parts(s3: None, tmp_path: Path) -> None:
    key, path = "tests/a b+c~d/é%20(1)'s", tmp_path / "object"
    path.write_bytes(bytes(range(256)))
    storage.upload(path, key, "application/octet-stream")
    url = storage.signed_url(key)
    assert httpx.get(url).content == bytes(range(256))
    part = httpx.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
    assert part.headers["Content-Range"] == "bytes 10-19/256"
    head = httpx.head(url)
    assert head.content == b""
    storage.delete(key)
    assert httpx.get(url).status_code == 404


def test_slow_clients_stop_nobody(s3: None, tmp_path: Path) -> None:
    path = tmp_path / "object"
    path.write_bytes(os.urandom(1_000_000))
    storage.upload(path, "tests/large", "application/octet-stream")
    url = storage.signed_url("tests/large")
    target = url.partition(urlsplit(url).netloc)[2].encode()
    starts = [
        b"",
        b"G",
        b"PUT /backlot/x HTTP/1.1\r\nHost: s3\r\nContent-Length: 9\r\n\r\n1",
        b"GET " + target + b" HTTP/1.1\r\nHost: " + urlsplit(url).netloc.encode() + b"\r\n\r\n",
    ]
    slow = [connect() for _ in range(256)]
    for number, client in enumerate(slow):
        client.sendall(starts[number % 4])
    time.sleep(0.5)
    assert httpx.get(url).content == path.read_bytes()
    for client in slow:
        client.close()


def test_an_unsigned_object_is_refused_before_it_reaches_the_disk(s3: None) -> None:
    folder = settings.VAR_DIR / "s3"
    before = size_of(folder) + size_of(settings.VAR_DIR / "tmp")
    with connect() as client:
        client.sendall(
            b"PUT /backlot/tests/unsigned HTTP/1.1\r\nHost: s3\r\nContent-Length: 300000000\r\n\r\n"
        )
        sent = 0
        try:
            while sent < 300_000_000:
                sent += client.send(bytes(1_000_000))
        except (ConnectionResetError, BrokenPipeError):
            pass
    assert size_of(folder) + size_of(settings.VAR_DIR / "tmp") - before < 1_000_000


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
