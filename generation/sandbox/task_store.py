"""Store tasks on disk, so that a restart loses none, and in memory, so that a poll needs no query."""

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

LINK_LIFETIME = 24 * 3600.0
IDEMPOTENCY_LIFETIME = 24 * 3600.0
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS task (
    id TEXT PRIMARY KEY, idempotency_key TEXT UNIQUE, fingerprint TEXT NOT NULL, body TEXT NOT NULL,
    created REAL NOT NULL, ready_at REAL NOT NULL, quoted REAL NOT NULL, state TEXT NOT NULL, finished REAL,
    seconds REAL, cost REAL, error TEXT, submits INTEGER NOT NULL)
"""


class IdempotencyKeyReused(Exception):
    """The idempotency key was used with another body."""


@dataclass(frozen=True, slots=True)
class Task:
    """One request. Times are unix seconds, money is US dollars; the simulated render ends at `ready_at`.

    `state` (`open`, `drawn`, `failed`) is the actual progress, `status_at` what clients see.
    """

    id: str
    idempotency_key: str | None
    fingerprint: str
    body: str
    created: float
    ready_at: float
    quoted: float
    state: str = "open"
    finished: float | None = None
    seconds: float | None = None
    cost: float | None = None
    error: dict[str, Any] | None = None
    submits: int = 1
    prompt: str = field(init=False, compare=False, default="")
    webhook: str | None = field(init=False, compare=False, default=None)

    def __post_init__(self) -> None:
        body = json.loads(self.body)
        object.__setattr__(self, "prompt", body["prompt"])
        object.__setattr__(self, "webhook", body.get("webhook"))

    @property
    def expires_at(self) -> float:
        return (self.finished or self.ready_at) + LINK_LIFETIME

    def status_at(self, now: float) -> str:
        if self.finished is not None and now >= self.finished:
            return "completed" if self.state == "drawn" else "failed"
        return "submitted" if self.progress_at(now) < 10 else "processing"

    def progress_at(self, now: float) -> int:
        """Return the progress of the simulated render in percent, 100 only once it is completed."""
        if self.finished is not None and now >= self.finished:
            return 100
        return min(
            95,
            int(100 * (now - self.created) / max(self.ready_at - self.created, 0.001)),
        )


_COLUMNS = [column.name for column in fields(Task) if column.init]
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM task ORDER BY created"  # noqa: S608 - constant names
_REPLACE = f"REPLACE INTO task ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608


def new_task_id(now: float) -> str:
    """Return `task_`, 10 characters of the time in milliseconds and 16 random ones, so that ids sort by time."""
    clock, characters = int(now * 1000), []
    for _ in range(10):
        clock, place = divmod(clock, 32)
        characters.append(_ALPHABET[place])
    return "task_" + "".join(reversed(characters)) + "".join(secrets.choice(_ALPHABET) for _ in range(16))


class TaskStore:
    """All tasks of a data folder. Thread safe; a folder must be used by one process only."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.execute(_SCHEMA)
        rows = self._database.execute(_SELECT).fetchall()
        self._tasks = {row[0]: _from_row(row) for row in rows}
        self._by_key = {
            task.idempotency_key: task.id for task in self._tasks.values() if task.idempotency_key
        }

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def get(self, task_id: str) -> Task | None:
        return self._tasks.get(task_id)

    def all(self) -> list[Task]:
        """Return all tasks, oldest first."""
        with self._lock:
            return list(self._tasks.values())

    def add(self, task: Task) -> tuple[Task, bool]:
        """Save a task, or return the one created with the same key, and whether it is a replay.

        Raise IdempotencyKeyReused.
        """
        with self._lock, self._transaction():
            earlier = self._earlier(task.idempotency_key, task.created)
            if earlier is None:
                self._save(task)
                return task, False
            if earlier.fingerprint != task.fingerprint:
                raise IdempotencyKeyReused
            repeated = replace(earlier, submits=earlier.submits + 1)
            self._save(repeated)
            return repeated, True

    def mark_rendered(self, task_id: str, *, seconds: float, cost: float) -> Task:
        """Record that the file exists. Clients see it once the simulated time has passed."""
        with self._lock, self._transaction():
            task = self._tasks[task_id]
            finished = max(time.time(), task.ready_at)
            return self._save(replace(task, state="drawn", finished=finished, seconds=seconds, cost=cost))

    def mark_failed(self, task_id: str, error: dict[str, Any]) -> Task:
        """Record a failure, which costs nothing."""
        with self._lock, self._transaction():
            task = self._tasks[task_id]
            return self._save(replace(task, state="failed", finished=time.time(), cost=0.0, error=error))

    def spent(self) -> float:
        """Return the total cost of completed tasks in US dollars."""
        now = time.time()
        return sum(task.cost or 0.0 for task in self.all() if task.status_at(now) == "completed")

    def _earlier(self, key: str | None, now: float) -> Task | None:
        """Return the task created with this key, unless the key has expired."""
        if key is None or key not in self._by_key:
            return None
        earlier = self._tasks[self._by_key[key]]
        if now - earlier.created < IDEMPOTENCY_LIFETIME:
            return earlier
        self._save(replace(earlier, idempotency_key=None))
        del self._by_key[key]
        return None

    def _save(self, task: Task) -> Task:
        self._database.execute(_REPLACE, _to_row(task))
        self._tasks[task.id] = task
        if task.idempotency_key:
            self._by_key[task.idempotency_key] = task.id
        return task

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")


def _to_row(task: Task) -> list[Any]:
    values = [getattr(task, name) for name in _COLUMNS]
    return [json.dumps(value) if isinstance(value, dict) else value for value in values]


def _from_row(row: tuple[Any, ...]) -> Task:
    values = dict(zip(_COLUMNS, row, strict=True))
    if values["error"] is not None:
        values["error"] = json.loads(values["error"])
    return Task(**values)
