"""The real pages behind the real server: who may send how much, and that everything else is as it was."""

import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import httpx
import psutil
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from generation import api_tokens
from library.passwords import BoundedPbkdf2Hasher
from tests import factories
from tests.free_ports import free_port
from tests.generation.supervision.web.conftest import read_all
from tests.generation.supervision.web.test_bodies import sent_until_cut_off, status
from tests.killable import Service, web_service
from tests.library import files
from tests.worker_host import WorkerHost

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]

HUGE, MB = 300_000_000, 1_000_000
SAMPLES = {"uuid": str(UUID(int=1)), "int": "1"}


class Web:
    """The web in a process of its own, on the database and the storage of the test."""

    def __init__(self) -> None:
        environment = WorkerHost().surroundings()
        if not any(settings.STATIC_ROOT.iterdir()):
            collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
            subprocess.run(collect, env=environment, cwd=settings.BASE_DIR, check=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.service: Service = web_service(self.port, environment)
        self.service.start()

    def process(self) -> psutil.Process:
        assert self.service._process is not None
        return psutil.Process(self.service._process.pid)

    def client(self, **options: object) -> httpx.Client:
        return httpx.Client(base_url=self.url, trust_env=False, timeout=60, **options)

    def raw(self, head: str, body: bytes = b"") -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(f"{head}\r\nHost: 127.0.0.1\r\n\r\n".encode() + body)
            return read_all(connection)


@pytest.fixture
def web(transactional_db: None, s3: None) -> Iterator[Web]:
    made = Web()
    try:
        yield made
    finally:
        made.service.kill()


class Disk:
    """The largest size of the files that a process had open in `var/tmp`: bodies have no name there."""

    def __init__(self, process: psutil.Process) -> None:
        self._folder = Path(f"/proc/{process.pid}/fd")
        self._process = process
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.most = self.written = 0

    def __enter__(self) -> "Disk":
        self._before = self._process.io_counters().write_chars
        self._thread.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self._stopped.set()
        self._thread.join()
        self.written = self._process.io_counters().write_chars - self._before

    def _watch(self) -> None:
        while not self._stopped.wait(0.01):
            self.most = max(self.most, sum(map(self._size, self._folder.iterdir())))

    def _size(self, entry: Path) -> int:
        try:
            return entry.stat().st_size if str(settings.VAR_DIR / "tmp") in str(entry.readlink()) else 0
        except OSError:
            return 0  # closed meanwhile


def paths(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    """One path for every URL pattern there is."""
    for one in resolver.url_patterns:
        route = re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1], "x"), str(one.pattern))
        route = {"^(?:api|v1)/": "api/nowhere", "(?P<url>.*)$": "nowhere"}.get(route, route)
        if isinstance(one, URLPattern):
            yield before + route.removeprefix("^").removesuffix("$")
        else:
            yield from paths(one, before + route)


def test_300_mb_to_any_url_without_a_session(web: Web) -> None:
    every = sorted(set(paths(get_resolver())))
    assert len(every) > 150
    with Disk(web.process()) as disk:
        wrong = {
            path: answer[:80]
            for path in [*every, "/nowhere/"]
            for method in ("POST", "PUT" if path.startswith(("/api/", "/v1/")) else "GET")
            if status(answer := web.raw(f"{method} {path} HTTP/1.1\r\nContent-Length: {HUGE}", bytes(9000)))
            != 413
        }
    assert wrong == {}
    assert disk.most <= MB
    assert disk.written <= MB, "in all of them together"


@pytest.mark.parametrize("length", [f"Content-Length: {HUGE}", "Transfer-Encoding: chunked"])
def test_300_mb_in_full_are_not_taken(web: Web, length: str) -> None:
    chunk = b"" if "Length" in length else b"%x\r\n" % HUGE
    for path in (
        "/login/",
        "/library/uploads/",
        "/api/v1/assets",
        "/v1/videos/generations",
        "/s/x/",
        "/nowhere",
    ):
        with (
            Disk(web.process()) as disk,
            closing(socket.create_connection(("127.0.0.1", web.port), timeout=60)) as client,
        ):
            client.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{length}\r\n\r\n".encode() + chunk)
            assert sent_until_cut_off(client, HUGE) < 20 * MB
        assert disk.most <= MB
        assert disk.written <= MB + 100_000, "a line of a log may be among it"


def test_who_may_send_how_much(web: Web, alice: User) -> None:
    made, secret = api_tokens.make(user=alice, name="program")
    browser = Client()
    browser.force_login(alice)
    session = browser.cookies["sessionid"].value
    cookie, bearer = f"Cookie: sessionid={session}", f"Authorization: Bearer {secret}"
    api_tokens.revoke(api_tokens.make(user=alice, name="old")[0])
    guest = "Cookie: guest=1; sessionid=" + "x" * 32

    def answer(path: str, megabytes: int, header: str) -> int:
        head = f"POST {path} HTTP/1.1\r\n{header}\r\nExpect: 100-continue\r\nContent-Length: {megabytes * MB}"
        return _first_line(web, head)

    assert answer("/library/uploads/", 3, guest) == 413
    assert answer("/library/uploads/", 3, "Authorization: Bearer bl_wrong") == 413
    assert answer("/library/uploads/", 1999, cookie) == 100
    assert answer("/library/uploads/", 2001, cookie) == 413
    assert answer("/api/v1/assets", 1999, bearer) == 100
    assert answer("/api/v1/assets/x/versions", 1999, bearer) == 100
    assert answer("/v1/videos/generations", 4, bearer) == 100
    assert answer("/v1/videos/generations", 6, bearer) == 413
    assert answer("/projects/new/", 6, cookie) == 413
    api_tokens.revoke(made)
    assert answer("/api/v1/assets", 3, bearer) == 413


def _first_line(web: Web, head: str) -> int:
    """The status with which the server meets a request that waits for leave to send its body."""
    with socket.create_connection(("127.0.0.1", web.port), timeout=60) as connection:
        connection.sendall(f"{head}\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return status(connection.recv(100))


def test_refusals_have_the_shape_of_the_page_or_the_api(web: Web) -> None:
    large = bytes(2 * MB)
    with web.client() as client:
        page = client.post("/login/", content=large)
        call = client.post("/v1/videos/generations", content=large)
        script = client.post("/library/uploads/", content=large, headers={"Accept": "application/json"})
    assert {page.status_code, call.status_code, script.status_code} == {413}
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Content-Security-Policy" in page.headers
    assert "<h1>" in page.text
    assert call.json()["error"]["code"] == "too_large"
    assert script.json()["problem"]
    assert page.headers["Connection"] == "close"


def test_log_in_csrf_and_a_large_upload(web: Web, alice: User) -> None:
    sound = files.sound(seconds=60)
    assert len(sound) > settings.MAX_ANONYMOUS_BYTES
    # As the server hashes it; the tests themselves use a quicker hash.
    alice.password = BoundedPbkdf2Hasher().encode(factories.PASSWORD, salt="salt" * 8)
    alice.save()
    fields = {"username": "alice", "password": factories.PASSWORD}
    with web.client() as client:
        assert client.post("/login/", data=fields).status_code == 403
        client.get("/login/")
        token = {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
        assert client.post("/login/", data=fields | token).status_code == 302
        token = {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
        kept = client.post("/library/uploads/", data=token, files={"file": ("large.wav", sound, "audio/wav")})
    assert kept.status_code == 200, kept.text
    assert kept.json()["token"]


def test_head_static_files_and_what_is_not_modified(web: Web) -> None:
    with web.client() as client:
        page = client.get("/login/")
        head = client.head("/login/")
        assert (head.status_code, head.content) == (200, b"")
        css = re.search(r"/static/css/tokens[^\"]+", page.text)
        assert css
        whole = client.get(css[0])
        assert whole.status_code == 200
        assert "immutable" in whole.headers["Cache-Control"]
        assert whole.headers["Content-Encoding"] == "gzip"
        seen = {"If-Modified-Since": whole.headers["Last-Modified"]}
        assert client.get(css[0], headers=seen).status_code == 304
        plain = {"Accept-Encoding": "identity"}
        part = client.get(css[0], headers={"Range": "bytes=0-9", **plain})
        assert (part.status_code, part.content) == (206, client.get(css[0], headers=plain).content[:10])
        assert client.get("/healthz").text == "ok"


def test_a_request_that_runs_is_finished_at_a_stop(web: Web) -> None:
    head = b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as idle:
        with socket.create_connection(("127.0.0.1", web.port), timeout=20) as busy:
            busy.sendall(head)
            assert status(busy.recv(1000)) == 100
            web.process().terminate()
            time.sleep(0.3)
            busy.sendall(b"abcd")
            assert status(read_all(busy)) == 403
        assert read_all(idle) == b""
