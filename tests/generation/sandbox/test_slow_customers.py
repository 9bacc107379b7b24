"""Customers that announce no readable length, or never come to the end of their request."""

import socket
from collections.abc import Callable

import httpx
import pytest

from generation.sandbox import handler, server
from tests.generation.sandbox.conftest import Customer

HEAD = "POST /v1/videos/generations HTTP/1.1\r\nHost: sandbox\r\n"


def connect(customer: Customer) -> socket.socket:
    url = httpx.URL(customer.server.base_url)
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
def test_a_length_that_is_no_length_is_refused(customer: Customer, length: str) -> None:
    with connect(customer) as client:
        client.sendall(f"{HEAD}{length}\r\n\r\n".encode())
        assert client.recv(100).split(b" ")[1] == b"411"


def test_a_body_that_never_ends_is_hung_up_on(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "BODY_SECONDS", 0.2)
    with connect(customer) as client:
        client.sendall(f"{HEAD}Content-Length: 4\r\n\r\n{{".encode())
        assert client.recv(100) == b""


def test_the_oldest_connection_gives_way(
    make_server: Callable[..., Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 4)
    customer = make_server()
    silent = [connect(customer) for _ in range(4)]
    with httpx.Client(headers=customer.http.headers) as http:
        assert http.get(f"{customer.server.base_url}/v1/balance").status_code == 200
    assert silent[0].recv(1) == b""
    for client in silent:
        client.close()
