"""The sandbox server: one data folder, one port."""

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

from generation.sandbox.allowed_hosts import ANY_HOST, AllowedHosts
from generation.sandbox.faults import FaultRules, parse_fault
from generation.sandbox.handler import SandboxHandler
from generation.sandbox.renderer import Renderer
from generation.sandbox.task_service import TaskService
from generation.sandbox.task_store import Task, TaskStore
from generation.sandbox.vendor import VendorApi
from generation.sandbox.webhook_sender import RETRY_DELAYS, WebhookSender

log = logging.getLogger("backlot.sandbox")

_LOG_LENGTH = 100_000
MAX_CONNECTIONS = 500
Peer = socket.socket | tuple[bytes, socket.socket]


class SandboxServer:
    """The provider of skyreels-api.md, simulated over HTTP.

    The port is bound at once (0 picks a free one; OSError if it is in use) unless a `listener` is given. Requests are
    served after `start()` or `serve_forever()`. `speed` scales the simulated render time. `public_url` is the base URL
    of result files, by default the server's own. `webhook_delays` are the seconds before each retry of a webhook.
    `allowed_hosts` limits what is fetched and called. A `data_dir` must be used by one server only.
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
        webhook_delays: Sequence[float] = RETRY_DELAYS,
        allowed_hosts: AllowedHosts = ANY_HOST,
    ) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        handler = type("Handler", (SandboxHandler,), {"sandbox": self})
        self._http = _HTTPServer((host, port), handler, listener)
        self.base_url = f"http://{host}:{self._http.server_port}"
        self.public_url = (public_url or self.base_url).rstrip("/")
        self.api_key = api_key
        self.store = TaskStore(data_dir / "sandbox.sqlite3")
        self.faults = FaultRules()
        self.webhook_sender = WebhookSender(
            self._task_response, self.faults, retry_delays=webhook_delays, allowed_hosts=allowed_hosts
        )
        self.renderer = Renderer(
            self.store,
            data_dir / "results",
            on_finish=self.webhook_sender.enqueue,
            allowed_hosts=allowed_hosts,
        )
        self.task_service = TaskService(self.store, self.renderer, speed=speed)
        self.vendor = VendorApi(self.task_service, api_key=api_key)
        self.requests: deque[dict[str, Any]] = deque(maxlen=_LOG_LENGTH)
        self.stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._stop_lock = threading.RLock()

    def start(self) -> None:
        """Serve and render in background threads."""
        self.webhook_sender.start()
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
        """Stop within two seconds. Connections are closed; unfinished renders are repeated after the next start."""
        with self._stop_lock:
            if self.stopped.is_set():
                return
            self.stopped.set()
        if self._thread is not None:
            self._http.shutdown()
        self._http.server_close()
        self._http.close_connections()
        self.renderer.stop()
        self.webhook_sender.stop()
        self.store.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self.stop()

    def tasks(self) -> list[dict[str, Any]]:
        """Return every task: id, prompt, idempotency_key, status, created, completed, submits, request."""
        return self.task_service.tasks()

    def log(self) -> list[dict[str, Any]]:
        """Return the latest requests: time, method, path, status (0 for a closed connection), seconds, user agent."""
        return list(self.requests)

    def add_fault(
        self, at: str, kind: str, *, times: int | None = 1, match: str = "", **details: Any
    ) -> None:
        """Add a fault as `POST /sandbox/faults` does. Raise InvalidFault."""
        self.faults.add([parse_fault({"at": at, "kind": kind, "times": times, "match": match, **details})])

    def clear_faults(self) -> None:
        self.faults.clear()

    def _task_response(self, task: Task) -> dict[str, Any]:
        return self.task_service.query(task, self.public_url, {})


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
        """Bind without the host name look-up of http.server, which may take seconds."""
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
                    _disconnect(oldest)
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
                _disconnect(connection)

    def handle_error(self, request: Peer, client_address: Any) -> None:
        """Log defects, but not clients that disconnect."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            log.exception("a request failed")


def _disconnect(connection: socket.socket) -> None:
    """Shut the connection down; the thread that serves it ends at its next read."""
    with contextlib.suppress(OSError):  # the client closed it first
        connection.shutdown(socket.SHUT_RDWR)
