"""What is refused before it is read, and what the client learns of it."""

import asyncio
import errno
import os
import socket
from pathlib import Path

import pytest

from tests.generation.supervision.web.conftest import ANONYMOUS, SIGNED_IN, Server, read_all, serving

POST = b"POST /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
COOKIE = b"Cookie: signed=in\r\n"


def status(response: bytes) -> int:
    return int(response.split(b" ", 2)[1])


def sent_until_cut_off(client: socket.socket, most: int) -> int:
    """How many bytes the server let the client send."""
    sent = 0
    try:
        while sent < most:
            sent += client.send(bytes(65536))
    except (ConnectionResetError, BrokenPipeError):
        return sent
    return sent


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: -1\r\n",
        b"Content-Length: +4\r\n",
        b"Content-Length: 4.0\r\n",
        b"Content-Length: 0x4\r\n",
        b"Content-Length: \xb2\r\n",
        b"Content-Length:\r\n",
        b"Content-Length: 4, 4\r\n",
        b"Content-Length: 4\r\nContent-Length: 4\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n",
        b"Content-Length: 99999999999999999999999\r\n",
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
    ],
)
def test_an_invalid_length_is_refused(server: Server, head: bytes) -> None:
    assert status(server.exchange(POST + head + b"\r\n", b"4\r\nabcd\r\n0\r\n\r\n")) == 400


def test_a_body_within_its_limit_arrives_whole(server: Server) -> None:
    body = os.urandom(ANONYMOUS)
    plain = server.exchange(POST + b"Content-Length: %d\r\n\r\n" % len(body), body)
    chunked = server.exchange(
        POST + b"Transfer-Encoding: chunked\r\n\r\n", b"%x\r\n" % len(body), body, b"\r\n0\r\n\r\n"
    )
    assert (status(plain), status(chunked)) == (200, 200)
    assert plain.endswith(b"100000 bytes")
    assert chunked.endswith(b"100000 bytes")


def test_more_than_anybody_may_send_is_refused_by_its_announced_length(server: Server) -> None:
    response = server.exchange(POST + b"Content-Length: 300000000\r\n\r\n")
    assert status(response) == 413
    assert response.endswith(b"at most 100000")
    assert list(server.folder.iterdir()) == []


def test_a_client_that_waits_for_leave_gets_the_refusal_instead(server: Server) -> None:
    asking = POST + b"Expect: 100-continue\r\nContent-Length: 300000000\r\n\r\n"
    assert status(server.exchange(asking)) == 413
    assert status(server.exchange(asking.replace(b"300000000", b"0"))) == 200


def test_chunks_are_counted_while_they_come(server: Server) -> None:
    piece = b"8000\r\n" + bytes(0x8000) + b"\r\n"
    with server.connect() as client:
        client.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(5):
            client.sendall(piece)
        assert status(read_all(client)) == 413


def test_a_refused_client_that_goes_on_sending_reads_the_refusal_and_is_then_cut_off(server: Server) -> None:
    with server.connect() as client:
        client.sendall(POST + b"Content-Length: 300000000\r\n\r\n")
        assert sent_until_cut_off(client, 300_000_000) < 300_000_000
    with server.connect() as client:
        client.sendall(POST + b"Content-Length: 300000000\r\n\r\n" + bytes(100_000))
        assert status(read_all(client)) == 413


def test_who_is_signed_in_may_send_more(server: Server) -> None:
    body = os.urandom(5_000_000)
    sent = server.exchange(POST + COOKIE + b"Content-Length: 5000000\r\n\r\n", body)
    assert sent.endswith(b"5000000 bytes")
    refused = server.exchange(POST + COOKIE + b"Content-Length: %d\r\n\r\n" % (SIGNED_IN + 1))
    assert status(refused) == 413
    assert refused.endswith(b"at most 10000000")


def test_a_body_that_hides_behind_an_upgrade_is_refused(server: Server) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n"
    response = server.exchange(head + b"Content-Length: 4\r\n\r\nabcd")
    assert status(response) == 400
    plain = server.exchange(head.replace(b"POST", b"GET") + b"\r\n")
    assert status(plain) == 200


def test_nothing_is_left_of_bodies_that_broke_off(server: Server) -> None:
    for _ in range(3):
        with server.connect() as client:
            client.sendall(POST + COOKIE + b"Content-Length: 9000000\r\n\r\n" + bytes(1_000_000))
            client.shutdown(socket.SHUT_WR)
            assert read_all(client) == b""
    assert list(Path(server.folder).iterdir()) == []


def test_trailers_are_no_headers(tmp_path: Path) -> None:
    seen = []

    def app(environ, start_response):
        seen.append(sorted(name for name in environ if name.startswith("HTTP_")))
        start_response("200 OK", [])
        return [b""]

    body = b"1\r\nx\r\n0\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n"
    with serving(app, tmp_path) as server:
        server.exchange(POST + b"Transfer-Encoding: chunked\r\nX_Forwarded_For: 7.7.7.7\r\n\r\n", body)
    assert seen == [["HTTP_HOST"]]


def test_a_client_that_resets_its_connection_during_the_refusal_is_no_defect(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Between the last write and the half-close, which no client can time."""

    def reset(transport: asyncio.Transport) -> None:
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

    monkeypatch.setattr("asyncio.selector_events._SelectorSocketTransport.write_eof", reset)
    with server.connect() as client:
        client.sendall(POST + b"Content-Length: 300000000\r\n\r\n")
        assert status(read_all(client)) == 413
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
