"""Eight of the worst images at once, on a real installation: memory stays small, pages answer, nothing is lost."""

import http.cookiejar
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from tests.generation.supervision.conftest import Place, children_of, wait_for
from tests.generation.supervision.processes.test_up import close, open_house
from tests.library.hostile.worst import WORST, worst

pytestmark = pytest.mark.system
MB = 1024**2
WEB_MB, WORKER_MB, HEALTH_SECONDS = 400, 800, 1.0
PASSWORD = "of-this-test-alone-7"
AT_ONCE, ENCODED_AGAIN = 8, 3


class Watch(threading.Thread):
    """Looks at the memory of every process of the installation, and at how fast it says that it is well."""

    def __init__(self, house: int, port: int) -> None:
        super().__init__(daemon=True)
        self._house, self._url = psutil.Process(house), f"http://127.0.0.1:{port}/healthz"
        self.highest: dict[str, int] = {}
        self.times: list[float] = []
        self.ended = threading.Event()

    def run(self) -> None:
        with httpx.Client(timeout=30) as http:
            while not self.ended.wait(0.1):
                self._weigh()
                start = time.monotonic()
                assert http.get(self._url).status_code == 200
                self.times.append(time.monotonic() - start)

    def _weigh(self) -> None:
        for process in self._house.children(recursive=True):
            try:
                name, memory = named(process.cmdline()), process.memory_info().rss
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
            self.highest[name] = max(self.highest.get(name, 0), memory // MB)


def named(command: list[str]) -> str:
    told = " ".join(command)
    words = ("library.decoder", "s3_server", "rclone", "sandbox", "worker")
    return next((word for word in words if word in told), "web" if "manage.py web" in told else "other")


@pytest.fixture
def house(place: Place) -> Iterator[int]:
    with open_house(place) as opened:
        made = place.manage(
            "shell",
            "-c",
            "from django.contrib.auth.models import User; "
            f"User.objects.create_superuser('alice', 'a@example.com', {PASSWORD!r})",
        )
        assert made.returncode == 0, made.stderr
        yield opened.pid
        close(place, opened)


@pytest.fixture
def browser(place: Place, house: int) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=f"http://127.0.0.1:{place.port}", timeout=120, cookies=http.cookiejar.CookieJar()
    ) as client:
        form = client.get("/login/").text
        sent = {"username": "alice", "password": PASSWORD, "csrfmiddlewaretoken": token_in(form)}
        assert client.post("/login/", data=sent).status_code == 302
        yield client


def token_in(page: str) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]


def send(browser: httpx.Client, token: str, name: str, content: bytes) -> list[int]:
    """The statuses of a file until it was taken in, as the upload page sends it again."""
    statuses = []
    while not statuses or statuses[-1] == 503:
        answer = browser.post(
            "/library/uploads/", data={"csrfmiddlewaretoken": token}, files={"file": (name, content)}
        )
        statuses.append(answer.status_code)
        if answer.status_code == 503:
            time.sleep(int(answer.headers["Retry-After"]))
        assert len(statuses) < 60, statuses
    return statuses


def different(name: str, number: int) -> bytes:
    """The same picture again in other bytes: one that is known would not be opened."""
    return worst(name) + b" " * (number + 1)


def test_eight_of_the_worst_images_at_once(place: Place, house: int, browser: httpx.Client) -> None:
    token = token_in(browser.get("/library/upload/").text)
    wait_for("the worker", lambda: len(children_of(house)) >= 3)
    # First eight of one kind, the picture of the report; then all kinds. Made before anything is timed: drawing them
    # keeps this process from looking.
    batches = [["clear-16.png"] * AT_ONCE, [*WORST][:AT_ONCE], [*WORST][-AT_ONCE:]]
    drawn = [
        [different(name, row * AT_ONCE + number) for number, name in enumerate(batch)]
        for row, batch in enumerate(batches)
    ]
    watch = Watch(house, place.port)
    watch.start()
    told = {}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for batch, contents in zip(batches, drawn, strict=True):
            sent = threads.map(send, [browser] * AT_ONCE, [token] * AT_ONCE, batch, contents)
            told[len(told)] = list(sent)
    watch.ended.set()
    watch.join(timeout=60)
    slow = [f"{seconds:.2f}" for seconds in watch.times if seconds > HEALTH_SECONDS / 2]
    print(f"\n  MB: {watch.highest}; /healthz: {len(watch.times)} looks, slow: {slow}; {told}")
    assert {statuses[-1] for batch in told.values() for statuses in batch} == {200}
    # What is encoded anew (turned upright, or no longer WebP) has the same bytes when it comes again.
    assert place.one("SELECT count(*) FROM library_mediafile") == 3 * AT_ONCE - ENCODED_AGAIN
    assert watch.highest["web"] < WEB_MB
    assert watch.highest["worker"] < WORKER_MB
    assert watch.highest["library.decoder"] < WORKER_MB
    assert max(watch.times) < HEALTH_SECONDS
    assert not list((place.var / "tmp").glob("tmp*")), [*Path(place.var / "tmp").iterdir()]
