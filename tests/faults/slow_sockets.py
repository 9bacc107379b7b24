"""Clients that are slow on purpose, all of them driven by one thread."""

import contextlib
import selectors
import socket
import threading
import time
from dataclasses import dataclass, field

EVERY = 4.0  # seconds between two bytes, as the penetration test had it
TICK, AT_ONCE = 0.2, 2  # seconds, and new connections of each kind within them


@dataclass
class Kind:
    """What such a client sends at once, what it drips after that, and whether it only reads a little at a time."""

    name: str
    start: bytes
    drip: bytes = b""
    reads: bool = False
    due: dict[socket.socket, float] = field(default_factory=dict)
    sent: dict[socket.socket, int] = field(default_factory=dict)


def kinds(export: bytes) -> list[Kind]:
    """Slow heads, slow bodies, single bytes, and slow readers of the response to `export`."""
    head = b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    return [
        Kind("head", b"GET /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X-Filler: 0123456789\r\n" * 10),
        Kind("body", head + b"Content-Length: 100000\r\n\r\n", bytes(100)),
        Kind("one byte", b"G"),
        Kind("reading", export, reads=True),
    ]


class SlowSockets:
    """Holds `count` connections of each kind to a port for as long as the context lasts: what the server closes is
    opened again at once. `opened` counts them."""

    def __init__(self, port: int, kinds: list[Kind], count: int) -> None:
        self._port, self._kinds, self._count = port, kinds, count
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._selector = selectors.DefaultSelector()
        self.opened: dict[str, int] = {kind.name: 0 for kind in kinds}

    def __enter__(self) -> "SlowSockets":
        self._thread.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self._stopped.set()
        self._thread.join()
        for kind in self._kinds:
            for client in kind.due:
                client.close()
        self._selector.close()

    def _run(self) -> None:
        while not self._stopped.is_set():
            now = time.monotonic()
            for kind in self._kinds:
                self._fill(kind)
                for client in [each for each, due in kind.due.items() if due <= now]:
                    self._step(kind, client)
            self._forget_closed(TICK)

    def _fill(self, kind: Kind) -> None:
        """A few at a time: it is their slowness that is tested, not how many begin within the same moment."""
        for _ in range(min(AT_ONCE, self._count - len(kind.due))):
            client = socket.socket()
            # A small window, so that the system does not read what the client leaves.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            with contextlib.suppress(OSError):
                client.settimeout(5)
                client.connect(("127.0.0.1", self._port))
                client.sendall(kind.start)
            client.setblocking(False)
            kind.due[client], kind.sent[client] = time.monotonic() + EVERY, 0
            self.opened[kind.name] += 1
            if not kind.reads:
                self._selector.register(client, selectors.EVENT_READ, kind)

    def _step(self, kind: Kind, client: socket.socket) -> None:
        step = kind.sent[client]
        try:
            if kind.reads:
                if not client.recv(1):
                    return self._close(kind, client)
            elif step < len(kind.drip):
                client.send(kind.drip[step : step + 1])
        except BlockingIOError:
            pass
        except OSError:
            return self._close(kind, client)
        kind.sent[client], kind.due[client] = step + 1, time.monotonic() + EVERY

    def _forget_closed(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            client: socket.socket = key.fileobj  # type: ignore[assignment]
            with contextlib.suppress(OSError):
                client.recv(65536)
            self._close(key.data, client)

    def _close(self, kind: Kind, client: socket.socket) -> None:
        if not kind.reads:
            self._selector.unregister(client)
        del kind.due[client], kind.sent[client]
        client.close()
