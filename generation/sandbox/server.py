"""The sandbox as a whole: one data folder, one port."""

import contextlib
import logging
import socket
import sys
import threading
from collections import deque
from collections.abc import Sequence
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from generation.sandbox.allowed_hosts import ANYWHERE, Reach
from generation.sandbox.faults import FaultBox, read_fault
from generation.sandbox.handler import SandboxHandler
from generation.sandbox.renderer import Renderer
from generation.sandbox.task_service import Desk
from generation.sandbox.task_store import Task, TaskStore
from generation.sandbox.vendor import VendorDesk
from generation.sandbox.webhook_sender import WAITS, Courier

log = logging.getLogger("backlot.sandbox")

_LOG_LENGTH = 100_000
MAX_CONNECTIONS = 500
Peer = socket.socket | tuple[bytes, socket.socket]


class SandboxServer:
    """The stand-in provider of skyreels-api.md over HTTP.

    The port is bound at once (0 picks a free one; OSError when it is taken) unless a `listener` is given. Requests are
    answered from `start()` or `serve_forever()` on. `speed` scales the simulated rendering time. `public_url` is how
    customers reach the result files, else the server's own address. `webhook_waits` are the seconds before each
    retry of a callback. `reach` limits what is fetched and called. Only one server may own a `data_dir`.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        listener: socket.socket | None = None,
        api_key: str,
        speed: float = 1.0,
        public_url: str | None = None,
        webhook_waits: Sequence[float] = WAITS,
        reach: Reach = ANYWHERE,
    ) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        handler = type("Handler", (SandboxHandler,), {"sandbox": self})
        self._http = _HTTPServer((host, port), handler, listener)
        self.base_url = f"http://{host}:{self._http.server_port}"
        self.public_url = (public_url or self.base_url).rstrip("/")
        self.api_key = api_key
        self.store = TaskStore(data_dir / "sandbox.sqlite3")
        self.faults = FaultBox()
        self.courier = Courier(self._tell, self.faults, waits=webhook_waits, reach=reach)
        self.renderer = Renderer(self.store, data_dir / "results", ended=self.courier.expect, reach=reach)
        self.desk = Desk(self.store, self.renderer, speed=speed)
        self.vendor = VendorDesk(self.desk, api_key=api_key)
        self.requests: deque[dict[str, Any]] = deque(maxlen=_LOG_LENGTH)
        self.stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._stop_lock = threading.RLock()

    def start(self) -> None:
        """Serve and film from background threads."""
        self.courier.start()
        self.renderer.start()
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def serve_forever(self) -> None:
        """Serve until `stop()` is called, from another thread or a signal handler, or Ctrl-C is pressed."""
        if self._thread is None:
            self.start()
        try:
            self.stopped.wait()
        except KeyboardInterrupt:
            self.stop()

    def stop(self) -> None:
        """End within two seconds: connections are closed; half-drawn films are drawn again after a start."""
        with self._stop_lock:
            if self.stopped.is_set():
                return
            self.stopped.set()
        if self._thread is not None:
            self._http.shutdown()
        self._http.server_close()
        self._http.close_connections()
        self.renderer.stop()
        self.courier.stop()
        self.store.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self.stop()

    def tasks(self) -> list[dict[str, Any]]:
        """Every task: id, prompt, idempotency_key, status, created, completed, submits, request."""
        return self.desk.tasks()

    def log(self) -> list[dict[str, Any]]:
        """The latest requests: time, method, path, status (0 = hung up without an answer), seconds that the answer
        took, agent (who asked, by its own word)."""
        return list(self.requests)

    def add_fault(
        self, at: str, kind: str, *, times: int | None = 1, match: str = "", **details: Any
    ) -> None:
        """As `POST /sandbox/faults`. Raises BadFault."""
        self.faults.add([read_fault({"at": at, "kind": kind, "times": times, "match": match, **details})])

    def clear_faults(self) -> None:
        self.faults.clear()

    def _tell(self, task: Task) -> dict[str, Any]:
        return self.desk.query(task, self.public_url, {})


class _HTTPServer(ThreadingHTTPServer):
    """A server that tracks its open connections, so that stopping it closes idle ones too and slow ones cannot
    accumulate threads: beyond `MAX_CONNECTIONS` the oldest is closed."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def __init__(
        self, address: tuple[str, int], handler: type[SandboxHandler], listener: socket.socket | None
    ) -> None:
        self._open: dict[socket.socket, None] = {}  # oldest first
        self._open_lock = threading.Lock()
        super().__init__(address, handler, bind_and_activate=listener is None)
        if listener is not None:
            self.socket.close()
            self.socket = listener
            self._name()

    def server_bind(self) -> None:
        """Without the look-up of the host's name that http.server makes, which may take seconds."""
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self._name()

    def _name(self) -> None:
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def process_request(self, request: Peer, client_address: Any) -> None:
        if isinstance(request, socket.socket):
            with self._open_lock:
                if len(self._open) >= MAX_CONNECTIONS:
                    oldest = next(iter(self._open))
                    del self._open[oldest]
                    _hang_up(oldest)
                self._open[request] = None
        super().process_request(request, client_address)

    def shutdown_request(self, request: Peer) -> None:
        if isinstance(request, socket.socket):
            with self._open_lock:
                self._open.pop(request, None)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        with self._open_lock:
            for connection in self._open:
                _hang_up(connection)

    def handle_error(self, request: Peer, client_address: Any) -> None:
        """A customer who leaves is no news; a defect is."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            log.exception("a request broke down")


def _hang_up(connection: socket.socket) -> None:
    """Shut the connection down; the thread that serves it ends at its next read."""
    with contextlib.suppress(OSError):  # the client closed it first
        connection.shutdown(socket.SHUT_RDWR)
