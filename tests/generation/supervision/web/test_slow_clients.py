"""Deadlines, and what gives way when there are too many connections."""

import select
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from generation.supervision.web.connections import ConnectionTable, network_of
from tests.generation.supervision.web.conftest import QUICK, Server, echo, read_all, serving
from tests.generation.supervision.web.test_bodies import status

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def drip(client: socket.socket, content: bytes, *, at_once: int = 1) -> bytes:
    """Send a little at a time until the server answers or closes; what it said."""
    for start in range(0, len(content), at_once):
        if select.select([client], [], [], 0.05)[0]:
            break
        client.send(content[start : start + at_once])
    return read_all(client)


def test_a_silent_connection_is_closed(server: Server) -> None:
    with server.connect() as client:
        assert read_all(client) == b""


def test_a_head_that_drips_is_told_so(server: Server) -> None:
    with server.connect() as client:
        assert status(drip(client, b"GET / HTTP/1.1\r\n")) == 408


def test_empty_lines_between_requests_do_not_keep_a_connection(server: Server) -> None:
    with server.connect() as client:
        client.sendall(GET)
        first = b""
        while not first.endswith(b"0 bytes"):
            first += client.recv(1000)
        assert status(drip(client, b"\r\n" * 100)) == 408


def test_a_body_that_drips_is_refused(server: Server) -> None:
    with server.connect() as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        assert status(drip(client, bytes(30))) == 408


def test_a_body_may_not_take_for_ever_at_any_rate(tmp_path: Path) -> None:
    with serving(echo, tmp_path, replace(QUICK, body_seconds=0.5)) as server, server.connect() as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n")
        assert status(drip(client, bytes(90_000), at_once=200)) == 408


def test_a_head_without_end_is_refused(server: Server) -> None:
    endless = b"GET / HTTP/1.1\r\n" + b"X-Filler: %s\r\n" % (b"a" * 8000) * 9
    assert status(server.exchange(endless)) == 431
    assert status(server.exchange(b"GET /" + b"a" * 70_000)) == 431


def test_who_does_not_read_is_cut_off(tmp_path: Path) -> None:
    ended = []

    class Endless:
        def __iter__(self):
            return self

        def __next__(self):
            return bytes(65536)

        def close(self):
            ended.append(True)

    def app(environ, start_response):
        start_response("200 OK", [])
        return Endless()

    with serving(app, tmp_path) as server, server.connect() as client:
        client.sendall(GET)
        ends = time.monotonic() + 20
        while not ended and time.monotonic() < ends:
            time.sleep(0.05)
    assert ended


def test_slow_clients_hold_no_thread(server: Server) -> None:
    """Two threads, many clients at every stage of a request, and a page is still served."""
    starts = [b"", b"G", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1"]
    slow = [server.connect() for _ in range(30)]
    for number, client in enumerate(slow):
        client.sendall(starts[number % 3])
    assert status(server.exchange(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))) == 200
    for client in slow:
        client.close()


def test_the_longest_waiting_gives_way(tmp_path: Path) -> None:
    limits = replace(QUICK, head_seconds=10, connections=3, connections_per_address=3)
    with serving(echo, tmp_path, limits) as server:
        silent = [server.connect() for _ in range(3)]
        time.sleep(0.1)
        with server.connect() as client:
            client.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            assert status(read_all(client)) == 200
        assert silent[0].recv(1) == b"", "closed before its time"
        for each in silent:
            each.close()


class Waiting:
    def __init__(self, address: str, waits: tuple[int, float] | None) -> None:
        self.address, self.waits, self.was_shed = address, waits, False

    def shed(self) -> None:
        self.was_shed = True


def test_room_is_made_where_most_connections_are() -> None:
    table = ConnectionTable(4, 4)
    many = [Waiting("6.6.6.6", (0, 10 + number)) for number in range(3)]
    one = Waiting("1.1.1.1", (0, 1))
    assert all(table.admit(each) for each in [one, *many])
    assert table.admit(Waiting("2.2.2.2", (0, 20)))
    assert [each.was_shed for each in [one, *many]] == [False, True, False, False]
    assert len(table) == 4


def test_an_address_makes_room_among_its_own() -> None:
    table = ConnectionTable(10, 2)
    other = Waiting("1.1.1.1", (0, 1))
    own = [Waiting("6.6.6.6", None), Waiting("6.6.6.6", (1, 5))]
    assert all(table.admit(each) for each in [other, *own])
    assert table.admit(Waiting("6.6.6.6", None))
    assert [each.was_shed for each in [other, *own]] == [False, False, True]
    assert not table.admit(Waiting("6.6.6.6", None)), "the application works for all of them"
    assert table.admit(Waiting("2.2.2.2", None))


def test_a_network_of_ipv6_counts_as_one_client() -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:1.2.3.4") == network_of("1.2.3.4") == "1.2.3.4"


def test_a_stop_waits_for_no_slow_client_and_reports_no_defect(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    limits = replace(QUICK, head_seconds=30, stall_seconds=30, stop_seconds=0.3)
    with serving(echo, tmp_path, limits) as server:
        slow = [server.connect() for _ in range(2)]
        slow[0].sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1")
        slow[1].sendall(b"G")
        assert status(server.exchange(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))) == 200
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    for client in slow:
        client.close()


def test_being_up_does_not_wait_for_a_readiness_check_that_hangs(tmp_path: Path) -> None:
    begun, goes_on, ended = threading.Event(), threading.Event(), threading.Event()

    def app(environ, start_response):
        if environ["PATH_INFO"] == "/readyz":
            begun.set()
            goes_on.wait(timeout=5)
            ended.set()
        return echo(environ, start_response)

    with serving(app, tmp_path, replace(QUICK, idle_seconds=20)) as server, server.connect() as client:
        client.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert begun.wait(timeout=20)
        alive = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answered = status(server.exchange(alive))
        was_hanging = not ended.is_set()
        goes_on.set()
    assert (answered, was_hanging) == (200, True)
