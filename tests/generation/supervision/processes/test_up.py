"""`manage.py up`: one command opens the house, anything that breaks comes back, and closing it leaves nothing."""

import http.client
import json
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import env
from generation.supervision.processes import ports
from tests.generation.supervision.conftest import LONG_AGO, PATIENT, Place, children_of, listening, wait_for

pytestmark = pytest.mark.system


def answers(port: int, path: str = "/healthz") -> int:
    """The status with which the port answers, 0 when it does not."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


@contextmanager
def open_house(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """A house that has said where it is."""
    house = place.start("manage.py", "up", "--no-demo")
    wait_until_open(place, house)
    yield house


def wait_until_open(place: Place, house: subprocess.Popen[bytes]) -> None:
    """Until it has said where it is."""
    wait_for("the welcome", lambda: "Backlot is open at" in place.said() or house.poll() is not None)
    assert house.poll() is None, place.said()


def close(place: Place, house: subprocess.Popen[bytes], ask: int = signal.SIGTERM) -> None:
    """Asked once, everything ends, and what was said has no traceback in it."""
    os.killpg(house.pid, ask)  # as a terminal and a service manager do
    assert house.wait(timeout=PATIENT) == 0, place.said()
    assert place.processes() == []
    assert "Traceback" not in place.said()


def kill_with_9(place: Place, house: subprocess.Popen[bytes]) -> None:
    """Nobody is left to end the others, and yet they end."""
    house.kill()
    house.wait()
    wait_for("everything to end", lambda: place.processes() == [])


def part(house: subprocess.Popen[bytes], word: str) -> int:
    """The process of the house whose command line holds the word, 0 while there is none."""
    found = [pid for pid in children_of(house.pid) if word in Path(f"/proc/{pid}/cmdline").read_text()]
    return found[0] if found else 0


def test_everything_is_there_comes_back_and_goes(place: Place) -> None:
    with open_house(place) as house:
        assert f"Backlot is open at http://127.0.0.1:{place.port}" in place.said()
        assert answers(place.port) == 200
        wait_for("a first sweep", lambda: place.beat_after(LONG_AGO))
        doctor = place.manage("doctor")
        assert {line.split()[0] for line in doctor.stdout.splitlines()} == {"ok"}, doctor.stdout
        assert doctor.returncode == 0
        second = place.manage("up")
        assert second.returncode == 1
        assert second.stderr.splitlines() == [
            f"backlot: another `manage.py up` already runs on {place.var}: stop it, or set BACKLOT_VAR"
        ]

        killed = {word: part(house, word) for word in ("s3_server", "sandbox", "worker", "web\0--fd")}
        assert 0 not in killed.values(), "a kill of process 0 would end the tests themselves"
        for pid in killed.values():
            os.kill(pid, signal.SIGKILL)

        for word, pid in killed.items():
            wait_for(f"another {word}", lambda word=word, pid=pid: part(house, word) not in {0, pid})
        wait_for("the web", lambda: answers(place.port) == 200)
        wait_for("the rest", lambda: place.manage("doctor").returncode == 0)
        assert "web was ended by signal 9; starting it again in 1 s" in place.said()
        close(place, house)

    secrets = [
        place.agreed[name] for name in ("s3_access_key", "s3_secret_key", "sandbox_api_key", "secret_key")
    ]
    assert [secret for secret in secrets if secret in place.said()] == []
    assert (place.var / "s3" / "backlot").is_dir()


def test_asked_to_end_while_it_opens(place: Place) -> None:
    house = place.start("manage.py", "up", "--no-demo")
    wait_for("the first part", lambda: children_of(house.pid))
    close(place, house)
    assert children_of(house.pid) == []


def test_a_taken_web_port_is_one_line_and_changes_nothing(place: Place) -> None:
    place.manage("help")
    before = snapshot(place.var)
    with listening(place.port):
        refused = place.manage("up")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.splitlines() == [
        f"backlot: port {place.port} of 127.0.0.1 is taken: end what uses it, or choose another with --port"
    ]
    assert snapshot(place.var) == before


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


def test_taken_ports_of_the_others_move_and_are_kept(furnished: Place) -> None:
    taken = listening(furnished.agreed["s3_port"]), listening(furnished.agreed["sandbox_port"])
    with taken[0], taken[1], open_house(furnished) as house:
        wait_for("all to be well", lambda: furnished.manage("doctor").returncode == 0)
        moved = json.loads((furnished.var / "embedded.json").read_text())
        kill_with_9(furnished, house)
    assert moved["s3_port"] > furnished.agreed["s3_port"]
    assert moved["sandbox_port"] > furnished.agreed["sandbox_port"]
    assert moved | {name: furnished.agreed[name] for name in ("s3_port", "sandbox_port")} == furnished.agreed
    assert stat.S_IMODE((furnished.var / "embedded.json").stat().st_mode) == 0o600


def test_options_win_over_the_environment(furnished: Place) -> None:
    asked = furnished.port
    furnished.port = 9  # in the environment, where it must not serve
    house = furnished.start("manage.py", "up", "--no-demo", "--port", str(asked), "--host", "localhost")
    wait_for("the welcome", lambda: f"Backlot is open at http://localhost:{asked}" in furnished.said())
    assert answers(asked) == 200
    os.kill(house.pid, signal.SIGINT)
    close(furnished, house, signal.SIGINT)


def test_a_host_may_be_written_in_any_way(place: Place) -> None:
    with listening(place.port):
        refused = place.manage("up", "--no-demo", "--host", "[127.0.0.1]")
    assert refused.stderr.splitlines() == [
        f"backlot: port {place.port} of 127.0.0.1 is taken: end what uses it, or choose another with --port"
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("[::1]", "::1"), ("0:0:0:0:0:0:0:1", "::1"), ("FE80::A", "fe80::a"), (" studio ", "studio")],
)
def test_an_option_and_the_environment_name_the_same_host(monkeypatch, written: str, meant: str) -> None:
    """`up` compares the two to see whether it has to start over."""
    monkeypatch.setenv("BACKLOT_HOST", written)
    assert ports.plain(written) == env.host("BACKLOT_HOST", "") == meant


def test_a_part_that_cannot_start_ends_the_house(place: Place) -> None:
    (place.var / "backlot.sqlite3").write_text("this is no database " * 100)
    refused = place.manage("up", "--no-demo")
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        "backlot: prepare failed with exit code 1; its lines above say why"
    ]


def test_three_at_once_in_folders_of_their_own_all_open(tmp_path: Path, migrated: Path) -> None:
    """All were told of the same ports for storage and sandbox, and each of its own for the web."""
    places = [Place(tmp_path / f"var{number}") for number in range(3)]
    for each in places:
        shutil.copy(migrated, each.var)
        (each.var / "embedded.json").write_text(json.dumps(places[0].agreed))
    houses = [each.start("manage.py", "up", "--no-demo") for each in places]
    try:
        for each, house in zip(places, houses, strict=True):
            wait_until_open(each, house)
            assert answers(each.port) == 200
        moved = [json.loads((each.var / "embedded.json").read_text()) for each in places]
        taken = [agreed[name] for agreed in moved for name in ("s3_port", "sandbox_port")]
        assert len(set(taken)) == 6
        for each, house in zip(places, houses, strict=True):
            close(each, house)
    finally:
        for each in places:
            for pid in each.processes():
                os.kill(pid, signal.SIGKILL)


def test_of_three_at_once_in_one_folder_one_opens_and_the_others_say_why(furnished: Place) -> None:
    houses = [furnished.start("manage.py", "up", "--no-demo") for _ in range(3)]
    wait_for("two refusals", lambda: [house.poll() for house in houses].count(1) == 2)
    wait_for("the welcome", lambda: "Backlot is open at" in furnished.said())
    refusal = f"backlot: another `manage.py up` already runs on {furnished.var}: stop it, or set BACKLOT_VAR"
    assert furnished.said().splitlines().count(refusal) == 2
    [running] = [house for house in houses if house.poll() is None]
    close(furnished, running)
