"""Render unfinished tasks in threads, each with a child process."""

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

from generation.sandbox.allowed_hosts import ANY_HOST, AllowedHosts
from generation.sandbox.prices import cost
from generation.sandbox.rules import read_request
from generation.sandbox.task_store import Task, TaskStore

log = logging.getLogger("backlot.sandbox")

_ROOT = Path(__file__).resolve().parents[2]
_ATTEMPTS = 2


class Renderer:
    """Render open tasks, oldest first, including those that an earlier run left unfinished."""

    def __init__(
        self,
        store: TaskStore,
        results: Path,
        *,
        on_finish: Callable[[Task], None],
        workers: int = 2,
        allowed_hosts: AllowedHosts = ANY_HOST,
    ) -> None:
        """`on_finish` is called once the end of a task is known, possibly before clients can see it."""
        self._exempt = allowed_hosts.exempt
        self._store, self._results, self._on_finish = store, results, on_finish
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._processes = [_RenderProcess() for _ in range(workers)]
        self._threads = [threading.Thread(target=self._work, args=(s,), daemon=True) for s in self._processes]

    def path(self, task_id: str) -> Path:
        return self._results / f"{task_id}.mp4"

    def start(self) -> None:
        """Remove partial files of a killed run and expired results, then start rendering."""
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
                self._on_finish(task)
            elif now > task.expires_at:
                self.path(task.id).unlink(missing_ok=True)
        for thread in self._threads:
            thread.start()

    def add(self, task: Task) -> None:
        """Queue a task, unless its outcome is known already."""
        if task.state == "open":
            self._waiting.put(task.id)
        else:
            self._on_finish(task)

    def stop(self) -> None:
        """Stop at once. Unfinished tasks are rendered again after the next start."""
        self._stopping.set()
        for process in self._processes:
            self._waiting.put(None)
            process.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(2)
        for process in self._processes:
            process.release()

    def _work(self, process: "_RenderProcess") -> None:
        while not self._stopping.is_set():
            task_id = self._waiting.get()
            task = self._store.get(task_id) if task_id else None
            if task is not None and task.state == "open":
                self._render(process, task)

    def _render(self, process: "_RenderProcess", task: Task) -> None:
        work = {
            "task_id": task.id,
            "body": task.body,
            "path": str(self.path(task.id)),
            "exempt": self._exempt,
        }
        response = None
        for _ in range(_ATTEMPTS):
            response = response or process.render(work)
            if self._stopping.is_set():
                return
        self._finish(task, response or {"error": _RENDER_FAILED})

    def _finish(self, task: Task, result: dict[str, Any]) -> None:
        if "error" in result:
            self._on_finish(self._store.mark_failed(task.id, result["error"]))
            log.info("task %s failed: %s", task.id, result["error"]["message"])
            return
        price = cost(read_request(json.loads(task.body)), result["seconds"])
        self._on_finish(self._store.mark_rendered(task.id, seconds=result["seconds"], cost=price))
        log.info("task %s rendered, %.2f s", task.id, result["seconds"])


_RENDER_FAILED = {"code": "render_failed", "message": "the rendering failed", "type": "task_error"}


class _RenderProcess:
    """A child process that renders, started on first use and again after a crash."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._closed = False
        self._lock = threading.Lock()

    def render(self, work: dict[str, Any]) -> dict[str, Any] | None:
        """Return the result of the process, or None if it died."""
        process = self._running()
        if process is None or process.stdin is None or process.stdout is None:
            return None
        try:
            process.stdin.write(json.dumps(work) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            return None
        line = process.stdout.readline()
        result: dict[str, Any] | None = json.loads(line) if line.endswith("\n") else None
        return result

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()

    def release(self) -> None:
        """Close the pipes of a process that has ended and that no thread reads from any more."""
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
                # Use a separate process group: Ctrl-C is for the server, which then stops its children.
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "generation.sandbox.drawing_process"],
                    cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0,
                )  # fmt: skip
            return self._process
