"""The studio: threads that hand every unfinished task to a drawing process of their own."""

import contextlib
import json
import logging
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from generation.sandbox.allowed_hosts import ANYWHERE, Reach
from generation.sandbox.prices import cost
from generation.sandbox.rules import read_order
from generation.sandbox.task_store import Task, TaskStore

log = logging.getLogger("backlot.sandbox")

_ROOT = Path(__file__).resolve().parents[2]
_ATTEMPTS = 2


class Renderer:
    """Films what is open in the store, oldest first, also what an earlier run left unfinished."""

    def __init__(
        self,
        store: TaskStore,
        results: Path,
        *,
        ended: Callable[[Task], None],
        workers: int = 2,
        reach: Reach = ANYWHERE,
    ) -> None:
        """`ended` hears of each task whose end is known, perhaps before it can be seen."""
        self._exempt = reach.exempt
        self._store, self._results, self._ended = store, results, ended
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._studios = [_Studio() for _ in range(workers)]
        self._threads = [threading.Thread(target=self._work, args=(s,), daemon=True) for s in self._studios]

    def path(self, task_id: str) -> Path:
        return self._results / f"{task_id}.mp4"

    def start(self) -> None:
        """Clear away what a killed run left half done and what has expired, then begin."""
        self._results.mkdir(parents=True, exist_ok=True)
        for leftover in self._results.glob("sources-*"):
            shutil.rmtree(leftover)
        for part in self._results.glob("*.part"):
            part.unlink()
        now = time.time()
        for task in self._store.all():
            if task.state == "open":
                self._waiting.put(task.id)
            elif task.finished is not None and task.finished > now:
                self._ended(task)
            elif now > task.expires_at:
                self.path(task.id).unlink(missing_ok=True)
        for thread in self._threads:
            thread.start()

    def add(self, task: Task) -> None:
        """Film it, unless its fate is settled already."""
        if task.state == "open":
            self._waiting.put(task.id)
        else:
            self._ended(task)

    def stop(self) -> None:
        """End at once; what is half drawn is drawn again after the next start."""
        self._stopping.set()
        for studio in self._studios:
            self._waiting.put(None)
            studio.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(2)
        for studio in self._studios:
            studio.release()

    def _work(self, studio: "_Studio") -> None:
        while not self._stopping.is_set():
            task_id = self._waiting.get()
            task = self._store.get(task_id) if task_id else None
            if task is not None and task.state == "open":
                self._film(studio, task)

    def _film(self, studio: "_Studio", task: Task) -> None:
        work = {
            "task_id": task.id,
            "body": task.body,
            "path": str(self.path(task.id)),
            "exempt": self._exempt,
        }
        answer = None
        for _ in range(_ATTEMPTS):
            answer = answer or studio.film(work)
            if self._stopping.is_set():
                return
        self._finish(task, answer or {"error": _BROKEN})

    def _finish(self, task: Task, answer: dict[str, Any]) -> None:
        if "error" in answer:
            self._ended(self._store.mark_failed(task.id, answer["error"]))
            log.info("task %s failed: %s", task.id, answer["error"]["message"])
            return
        price = cost(read_order(json.loads(task.body)), answer["seconds"])
        self._ended(self._store.mark_drawn(task.id, seconds=answer["seconds"], cost=price))
        log.info("task %s drawn, %.2f s", task.id, answer["seconds"])


_BROKEN = {"code": "render_failed", "message": "the rendering broke down", "type": "task_error"}


class _Studio:
    """One drawing process, started when first needed and again when it broke."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._closed = False
        self._lock = threading.Lock()

    def film(self, work: dict[str, Any]) -> dict[str, Any] | None:
        """The process's answer, or None when it died over the work."""
        process = self._running()
        if process is None or process.stdin is None or process.stdout is None:
            return None
        try:
            process.stdin.write(json.dumps(work) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            return None
        line = process.stdout.readline()
        answer: dict[str, Any] | None = json.loads(line) if line.endswith("\n") else None
        return answer

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()

    def release(self) -> None:
        """Let go of a process that has ended, once nobody reads from it."""
        process, self._process = self._process, None
        if process is None or process.stdin is None or process.stdout is None:
            return
        process.wait()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        process.stdout.close()

    def _running(self) -> subprocess.Popen[str] | None:
        with self._lock:
            if self._closed:
                return None
            if self._process is not None and self._process.poll() is not None:
                self.release()
            if self._process is None:
                # Out of the terminal's process group: Ctrl-C is for the server, which then ends its studios.
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "generation.sandbox.drawing_process"],
                    cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0,
                )  # fmt: skip
            return self._process
