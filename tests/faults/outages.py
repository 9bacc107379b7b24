"""What can be away for a while: the database, the bucket, the disk, the queue; and the time, which can go back.

Each is a context: inside it the part is away, behind it the part is back.
"""

import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import psutil
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import DateTimeField, F
from django_q.brokers import get_broker
from django_q.models import OrmQ

from generation.models import GatewayState
from tests.killable import Service
from tests.worker_host import WorkerHost, database_url

# Another program that writes and does not come to its end, until its standard input is closed.
WRITER = """
import sqlite3, sys
found = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
found.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


class Wire:
    """The way to a server, which can be cut: what is open breaks off, and what is new is refused."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listen()

    def cut(self) -> None:
        # A listener that is only closed goes on accepting until the call that waits in it returns.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._listen()

    def _listen(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                ours, _ = listener.accept()
            except OSError:
                return
            theirs = socket.create_connection(self._server)
            with self._lock:
                self._ends |= {ours, theirs}
            for source, target in ((ours, theirs), (theirs, ours)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                target.sendall(piece)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)
        source.close()
        with self._lock:
            self._ends.discard(source)


class Database:
    """The test's own database as `environment` names it to other processes, and the way to take it from them.

    PostgreSQL: its server cannot be reached. SQLite, which has no server: another program holds the lock for longer
    than anybody waits; reading goes on. A short test has processes that wait for a second alone.
    """

    def __init__(self, *, short: bool) -> None:
        self.environment: dict[str, str] = {}
        self._wire: Wire | None = None
        if connection.vendor == "postgresql":
            url = urlsplit(database_url())
            self._wire = Wire(url.hostname or "", url.port or 5432)
            place = f"{url.username}:{url.password or ''}@127.0.0.1:{self._wire.port}"
            self.environment["DATABASE_URL"] = url._replace(netloc=place).geturl()
        elif short:
            self.environment["DJANGO_SETTINGS_MODULE"] = "tests.faults.impatient"

    @contextmanager
    def away(self) -> Iterator[None]:
        with self._cut() if self._wire else self._locked():
            yield

    @contextmanager
    def _cut(self) -> Iterator[None]:
        assert self._wire is not None
        self._wire.cut()
        yield
        self._wire.mend()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        name = str(connection.settings_dict["NAME"])
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"locked\n"
            yield


def refusing(status: int, code: str) -> type[BaseHTTPRequestHandler]:
    """A bucket that answers everything with one of S3's errors."""

    class Refusing(BaseHTTPRequestHandler):
        def _refuse(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _refuse  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what is refused is not written down."""

    return Refusing


@contextmanager
def bucket_away(s3: Service) -> Iterator[None]:
    """Nobody listens where the bucket was."""
    s3.kill()
    yield
    s3.start()


@contextmanager
def bucket_refusing(s3: Service, status: int, code: str) -> Iterator[None]:
    """The bucket is there and takes nothing."""
    s3.kill()
    address = ("127.0.0.1", settings.EMBEDDED["s3_port"])
    with ThreadingHTTPServer(address, refusing(status, code)) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield
        server.shutdown()
    s3.start()


@contextmanager
def disk_full(host: WorkerHost, *, room: int) -> Iterator[None]:
    """No file of the host's processes grows beyond so many bytes.

    It stands for a full disk: the error has another number, and whatever is small goes through all the same. On
    SQLite the database lies on the same disk and cannot grow either.
    """
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    limited = host.processes()
    for process in limited:
        process.rlimit(psutil.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    yield
    # Whoever was started in the meantime has it from its parent.
    for process in {*limited, *host.processes()}:
        with suppress(psutil.NoSuchProcess):
            process.rlimit(psutil.RLIMIT_FSIZE, unlimited)


def lose_the_queue() -> None:
    """Every message is gone, and with Redis all else that was in its database."""
    broker = get_broker()
    if settings.REDIS_URL:
        broker.connection.flushdb()
    else:
        OrmQ.objects.all().delete()


@contextmanager
def losing_the_queue(*, every: float) -> Iterator[None]:
    """As if the queue were emptied again and again."""
    ended = threading.Event()

    def lose() -> None:
        while not ended.wait(every):
            lose_the_queue()
        connection.close()

    loser = threading.Thread(target=lose)
    loser.start()
    yield
    ended.set()
    loser.join()


def clock_goes_back(by: timedelta) -> None:
    """Every moment that was written lies so much later than the clock says: as after the clock of all machines was
    set back. The processes themselves count durations by a clock that nobody sets."""
    models = [*apps.get_app_config("generation").get_models(), *apps.get_app_config("django_q").get_models()]
    with transaction.atomic():
        for model in models:
            moments = [field.name for field in model._meta.local_fields if isinstance(field, DateTimeField)]
            if moments and not model._meta.proxy:
                model._base_manager.update(**{name: F(name) + by for name in moments})
        GatewayState.objects.update(budget_spent_until=F("budget_spent_until") + by.total_seconds())
