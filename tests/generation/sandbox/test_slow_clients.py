"""Clients that send an invalid length, or never finish their request."""

import socket
from collections.abc import Callable

import httpx
import pytest

from generation.sandbox import handler, server
from tests.generation.sandbox.conftest import ApiClient

HEAD = "POST /v1/videos/generations HTTP/1.1\r\nHost: sandbox\r\n"


def connect(api: ApiClient) -> socket.socket:
    url = httpx.URL(api.server.base_url)
    return socket.create_connection((url.host, url.port or 80), timeout=20)


@pytest.mark.parametrize(
    "length",
    [
        "Content-Length: -1",
        "Content-Length: many",
        f"Content-Length: {'9' * 5000}",
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
    ],
)
def test_an_invalid_length_is_refused(api: ApiClient, length: str) -> None:
    with connect(api) as client:
        client.sendall(f"{HEAD}{length}\r\n\r\n".encode())
        assert client.recv(100).split(b" ")[1] == b"411"


def test_a_body_that_never_ends_closes_the_connection(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "MAX_BODY_SECONDS", 0.2)
    with connect(api) as client:
        client.sendall(f"{HEAD}Content-Length: 4\r\n\r\n{{".encode())
        assert client.recv(100) == b""


def test_the_oldest_connection_is_closed_first(
    make_server: Callable[..., ApiClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 4)
    api = make_server()
    silent = [connect(api) for _ in range(4)]
    with httpx.Client(headers=api.http.headers) as http:
        assert http.get(f"{api.server.base_url}/v1/balance").status_code == 200
    assert silent[0].recv(1) == b""
    for client in silent:
        client.close()
