"""Responses: streamed in bounded memory, ended with their client, and the shapes without a body."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from generation.supervision.web.wsgi import CHUNK
from tests.generation.supervision.web.conftest import Server, read_all, serving
from tests.generation.supervision.web.test_slow_clients import GET

PIECE = bytes(64 * 1024)
PIECES = 800  # 52 MB


class Counted:
    """An export that notes how many pieces were made, on which threads, and whether it was closed."""

    def __init__(self) -> None:
        self.made, self.closed, self.threads = 0, 0, set()

    def app(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "application/zip")])
        return self

    def __iter__(self) -> Iterator[bytes]:
        while self.made < PIECES:
            self.made += 1
            self.threads.add(threading.current_thread().name)
            yield PIECE

    def close(self) -> None:
        self.closed += 1


def wait_until(is_so) -> bool:
    ends = time.monotonic() + 20
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.02)
    return is_so()


def get(server: Server, method: str = "GET", path: str = "/") -> tuple[http.client.HTTPResponse, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        connection.request(method, path)
        with connection.getresponse() as response:
            return response, response.read()


def test_an_export_arrives_whole(tmp_path: Path) -> None:
    export = Counted()
    with serving(export.app, tmp_path) as server:
        response, body = get(server)
    assert (response.status, len(body)) == (200, PIECES * len(PIECE))
    assert (export.made, export.closed) == (PIECES, 1)


def test_an_export_is_made_no_faster_than_it_is_read(tmp_path: Path) -> None:
    export = Counted()
    with serving(export.app, tmp_path) as server, server.connect() as client:
        client.sendall(GET)
        assert client.recv(1000)
        time.sleep(0.2)
        kernel = 10_000_000  # what the sockets of both sides may hold
        assert export.made * len(PIECE) <= kernel + 2 * CHUNK
        assert export.closed == 0


def test_a_client_that_leaves_ends_the_export(tmp_path: Path) -> None:
    export = Counted()
    with serving(export.app, tmp_path) as server:
        with server.connect() as client:
            client.sendall(GET)
            assert client.recv(1000)
        assert wait_until(lambda: export.closed == 1)
    assert export.made < PIECES


def test_an_export_that_breaks_is_no_whole_answer(tmp_path: Path) -> None:
    export = Counted()

    def broken(environ, start_response):
        start_response("200 OK", [])
        yield PIECE * 4
        yield PIECE * 4
        raise RuntimeError("the storage went away")

    with serving(broken, tmp_path) as server, pytest.raises(http.client.IncompleteRead):
        get(server)
    with serving(export.app, tmp_path) as server:
        assert get(server)[0].status == 200


def test_head_makes_nothing_and_keeps_the_connection(tmp_path: Path) -> None:
    export = Counted()
    with serving(export.app, tmp_path) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        with closing(connection):
            for _ in range(2):
                connection.request("HEAD", "/")
                response = connection.getresponse()
                assert (response.status, response.read()) == (200, b"")
    assert (export.made, export.closed) == (0, 2)


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_statuses_without_a_body(tmp_path: Path, status: str) -> None:
    def app(environ, start_response):
        start_response(status, [("Content-Length", "1234"), ("ETag", '"x"')])
        return []

    with serving(app, tmp_path) as server:
        response, body = get(server)
    assert (str(response.status), body, response.headers["ETag"]) == (status[:3], b"", '"x"')


def test_a_whole_answer_has_a_length(server: Server) -> None:
    response, body = get(server)
    assert response.headers["Content-Length"] == str(len(body))
    assert "Transfer-Encoding" not in response.headers


def test_what_headers_may_not_decide(tmp_path: Path) -> None:
    seen = {}

    def app(environ, start_response):
        seen.update(environ)
        start_response("200 OK", [])
        return [b""]

    with serving(app, tmp_path) as server, server.connect() as client:
        client.sendall(
            b"GET /caf%C3%A9/a%2Fb?q=%C3%A9 HTTP/1.1\r\nHost: x\r\nScript-Name: /evil\r\nScript_Name: /evil\r\n"
            b"X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nRemote-Addr: 6.6.6.6\r\n"
            b"Cookie: a=1\r\nCookie: b=2\r\nConnection: close\r\n\r\n"
        )
        read_all(client)
    assert (seen["SCRIPT_NAME"], seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]) == ("", "127.0.0.1", "http")
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/café/a/b"
    assert (seen["QUERY_STRING"], seen["HTTP_COOKIE"]) == ("q=%C3%A9", "a=1; b=2")
    assert seen["HTTP_X_FORWARDED_PROTO"] == "https", "settings decide whether it counts"
