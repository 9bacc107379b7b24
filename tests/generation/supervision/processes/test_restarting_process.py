"""The watcher's parts: pauses, lines, groups, ports."""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from generation.supervision.processes import ports
from generation.supervision.processes.ports import CannotStart
from generation.supervision.processes.process import Child, Part
from generation.supervision.processes.restarting_process import Backoff
from tests.free_ports import free_port
from tests.generation.supervision.conftest import listening, wait_for


def part(program: str) -> Part:
    return Part(name="part", argv=[sys.executable, "-c", program], env=dict(os.environ), grace=0.5)


def test_pauses_grow_to_half_a_minute_and_start_over_after_a_good_life() -> None:
    backoff = Backoff()
    assert [backoff.after(0.1) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert [backoff.after(lived) for lived in (61, 0.1, 59, 60)] == [1, 2, 4, 1]


def test_what_a_child_prints_arrives_line_by_line_its_errors_apart() -> None:
    printed: list[bytes] = []
    errors: list[bytes] = []
    program = "import sys; print('one'); print('two', file=sys.stderr); print('three' * 50000); print('rest', end='')"

    async def run() -> int:
        return await Child(part(program), printed.append, errors.append).ended()

    assert asyncio.run(run()) == 0
    assert printed[0] == b"one"
    assert b"".join(printed[1:-1]) == b"three" * 50000
    assert printed[-1] == b"rest"
    assert errors == [b"two"]


def test_a_child_that_does_not_listen_is_killed_with_all_it_started() -> None:
    program = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "os.write(1, f'{os.fork() or os.getpid()}\\n'.encode())\n"
        "time.sleep(60)"
    )
    printed: list[bytes] = []

    async def run() -> int:
        child = Child(part(program), printed.append)
        while len(printed) < 2:
            await asyncio.sleep(0.01)
        await child.end()
        return await child.ended()

    assert asyncio.run(run()) == -9
    wait_for("the end of both", lambda: not any(_runs(pid) for pid in map(int, printed)))


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_port_is_taken_as_soon_as_it_is_found() -> None:
    first = free_port()
    with listening(first), ports.held(["127.0.0.1"], first) as mine:
        assert ports.number_of(mine) > first
        with ports.held(["127.0.0.1"], first) as others:
            assert ports.number_of(others) > ports.number_of(mine)
    with ports.held(["127.0.0.1"], first) as again:
        assert ports.number_of(again) == first


def test_many_at_once_get_ports_of_their_own() -> None:
    first, together = free_port(), Barrier(8)

    def take(_: int) -> int:
        together.wait()
        with ports.held(["127.0.0.1"], first) as mine:
            together.wait()
            return ports.number_of(mine)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(take, range(8)))) == 8


@pytest.mark.parametrize(
    ("web", "storage"),
    [
        ("127.0.0.1", ["127.0.0.1"]),
        ("localhost", ["127.0.0.1"]),
        ("::1", ["127.0.0.1", "::1"]),
        ("0.0.0.0", ["0.0.0.0"]),
        ("::", ["::"]),
        ("192.0.2.7", ["127.0.0.1", "192.0.2.7"]),
    ],
)
def test_the_storage_is_reachable_wherever_the_web_is(web: str, storage: list[str]) -> None:
    assert ports.storage_hosts(web) == storage


def test_an_address_that_is_not_ours_is_said() -> None:
    with pytest.raises(CannotStart) as refusal:
        ports.listen("192.0.2.7", 8000)
    assert str(refusal.value) == "cannot serve on 192.0.2.7, port 8000: Cannot assign requested address"
    with pytest.raises(CannotStart, match=r"^cannot serve on no such host, port 8000: "):
        ports.listen("no such host", 8000)
