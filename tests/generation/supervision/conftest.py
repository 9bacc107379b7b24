"""Real houses in folders of their own, and proof that nothing of them is left running."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.free_ports import free_port

ROOT = Path(__file__).resolve().parents[3]
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
PATIENT = 90.0  # seconds; only a failing test waits so long, and a loaded machine opens a house in forty


def wait_for(what: str, look: Callable[[], object], seconds: float = PATIENT) -> object:
    """Looks until there is something to see."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if seen := look():
            return seen
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


class Place:
    """A `var/` folder, the ports that go with it, and every process that was told of it."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = free_port()
        self.begun: list[subprocess.Popen[bytes]] = []
        self.log = var.with_suffix(".log")
        var.mkdir()
        self.agreed = {
            "secret_key": "of this test",
            "s3_access_key": "testskey",
            "s3_secret_key": 'tests "secret"',
            "s3_port": free_port(),
            "sandbox_api_key": "sandbox-tests",
            "sandbox_port": free_port(),
        }
        (var / "embedded.json").write_text(json.dumps(self.agreed))

    @property
    def env(self) -> dict[str, str]:
        ours = ("BACKLOT_", "AWS_", "SKYREELS_", "DATABASE_", "REDIS_", "EMAIL_", "DJANGO_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {"BACKLOT_VAR": str(self.var), "BACKLOT_PORT": str(self.port)}

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One of our commands, to its end."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=60)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """A program that goes on; what it says is in `said()`."""
        with self.log.open("ab") as log:
            begun = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.begun.append(begun)
        return begun

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def processes(self) -> list[int]:
        """Every living process that was told of this folder."""
        return [pid for pid in all_processes() if str(self.var) in _told(pid)]

    def beat_after(self, moment: datetime) -> bool:
        """Whether the sweep has shown a sign of life since then."""
        beat = self.one(
            "SELECT beat_at FROM generation_heartbeat WHERE name LIKE 'sweep%' ORDER BY beat_at DESC"
        )
        return bool(beat) and datetime.fromisoformat(beat).replace(tzinfo=UTC) > moment

    def one(self, statement: str) -> Any:
        """The first value that the database answers with, None without a row."""
        with closing(sqlite3.connect(self.var / "backlot.sqlite3", timeout=20)) as database:
            row = database.execute(statement).fetchone()
            database.commit()
        return row[0] if row else None


def all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _told(pid: int) -> str:
    try:
        told = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""  # ended meanwhile
    return told.decode(errors="replace")


def children_of(parent: int) -> list[int]:
    """The living children of a process, oldest first."""
    return sorted(pid for pid in all_processes() if _parent_of(pid) == parent)


def _parent_of(pid: int) -> int:
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return 0
    return 0 if state == "Z" else int(parent)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An empty folder; whatever still runs on it after the test is ended, and is the test's failure."""
    made = Place(tmp_path / "var")
    yield made
    left = made.processes()
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    for begun in made.begun:
        begun.wait()
    assert left == [], made.said()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and nothing in them."""
    made = Place(tmp_path_factory.mktemp("migrated") / "var")
    done = made.manage("migrate", "--no-input", "--skip-checks")
    assert done.returncode == 0, done.stderr
    return made.var / "backlot.sqlite3"


@pytest.fixture
def furnished(place: Place, migrated: Path) -> Place:
    """A folder with a database in it."""
    shutil.copy(migrated, place.var)
    return place


@contextmanager
def listening(port: int) -> Iterator[None]:
    """Somebody else's server on the port."""
    with socket.create_server(("127.0.0.1", port)):
        yield
