"""Guessing against real web processes: counts hold across them, and log-ins never take all threads."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from tests.free_ports import free_port
from tests.generation.supervision.conftest import Place, wait_for

pytestmark = pytest.mark.system
PASSWORD = "lamplight-4711"
FURNISH = f"""
import json
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from generation.reviews.sharing import share_links
from library.models import Membership, Project, Role
alice = User.objects.create_superuser("alice", password={PASSWORD!r})
project = Project.objects.create(name="Harbour", slug="harbour")
Membership.objects.create(project=project, user=alice, role=Role.OWNER)
link = share_links.share(
    project, by=alice, terms=share_links.Terms(), expires_at=timezone.now() + timedelta(1), password={PASSWORD!r}
)
print(json.dumps(link.get_absolute_url()))
"""


class Site:
    """Two web processes on one database, and a share link with a password."""

    def __init__(self, place: Place, redis: str) -> None:
        self.place, self.ports = place, (free_port(), free_port())
        assert place.manage("collectstatic", "--no-input").returncode == 0
        made = place.manage("shell", "--no-imports", "-c", FURNISH)
        assert made.returncode == 0, made.stderr
        self.link: str = json.loads(made.stdout.splitlines()[-1])
        chosen = ["env", "BACKLOT_WEB_PROCESSES=1", *([f"REDIS_URL={redis}"] if redis else [])]
        runner = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"
        for port in self.ports:
            command = [*chosen, f"BACKLOT_PORT={port}", sys.executable, "manage.py", "web"]
            place.start("-c", runner, *command)
        for port in self.ports:
            wait_for("the web", lambda port=port: self.status(port, "/healthz") == 200)

    def status(self, port: int, path: str) -> int:
        try:
            return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=10, trust_env=False).status_code
        except httpx.HTTPError:
            return 0

    def browser(self, number: int = 0, address: str = "127.0.0.1") -> httpx.Client:
        """A browser without cookies at one of the two processes."""
        transport = httpx.HTTPTransport(local_address=address)
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.ports[number % 2]}", transport=transport, timeout=60
        )

    def post(self, number: int, path: str, address: str = "127.0.0.1", **typed: str) -> httpx.Response:
        """Open the page that has the form, then send it."""
        with self.browser(number, address) as browser:
            browser.get(path.removesuffix("enter/"))
            token = browser.cookies.get("csrftoken", "")
            return browser.post(path, data={**typed, "csrfmiddlewaretoken": token})


@pytest.fixture(params=["without Redis", "with Redis"])
def site(furnished: Place, request: pytest.FixtureRequest) -> Iterator[Site]:
    redis = os.environ.get("REDIS_URL", "")
    if request.param == "with Redis" and not redis:
        pytest.skip("REDIS_URL names none")
    made = Site(furnished, redis if request.param == "with Redis" else "")
    yield made
    for begun in furnished.begun:
        begun.terminate()
        begun.wait()


def test_counts_hold_across_two_processes_and_a_person_elsewhere_comes_in(site: Site) -> None:
    def guess_token(number: int) -> httpx.Response:
        with site.browser(number) as browser:
            return browser.get("/v1/balance", headers={"Authorization": f"Bearer bl_wrong-{number}"})

    def guess_link(number: int) -> httpx.Response:
        with site.browser(number) as browser:
            return browser.get(f"/s/unknown-{number}/")

    doors: dict[str, Callable[[int], httpx.Response]] = {
        "log-in": lambda number: site.post(number, "/login/", username="alice", password="wrong"),
        "admin": lambda number: site.post(number, "/admin/login/", username="alice", password="wrong"),
        "share link": lambda number: site.post(number, f"{site.link}enter/", name="G", password="wrong"),
        "API token": guess_token,
        "unknown link": guess_link,
    }
    for door, guess in doors.items():
        answers = [guess(number) for number in range(61)]
        assert {answer.status_code for answer in answers[-2:]} == {429}, door
        assert int(answers[-1].headers["Retry-After"]) > 0, door
    assert site.post(0, "/login/", username="alice", password=PASSWORD).status_code == 429
    elsewhere = "127.0.0.2"
    assert site.post(1, "/login/", elsewhere, username="alice", password=PASSWORD).status_code == 302
    assert site.post(1, f"{site.link}enter/", elsewhere, name="Greta", password=PASSWORD).status_code == 302
    assert "Failed log-in: account 'alice', from 127.0.0.1" in site.place.said()
    assert PASSWORD not in site.place.said()


def test_headers_of_strangers_change_neither_address_nor_links(site: Site) -> None:
    with site.browser() as browser:
        moved = {
            "Script-Name": "/x",
            "SCRIPT_NAME": "/x",
            "X-Script-Name": "/x",
            "X-Forwarded-Host": "evil.example",
        }
        page = browser.get("/projects/", headers=moved)
        assert (page.status_code, page.headers["Location"]) == (302, "/login/?next=/projects/")
        statuses = [
            browser.get(
                f"/s/unknown-{number}/", headers={"X-Forwarded-For": f"198.51.100.{number}"}
            ).status_code
            for number in range(61)
        ]
    assert statuses[-1] == 429


def test_64_log_ins_at_once_leave_threads_for_other_pages(site: Site) -> None:
    with ExitStack() as opened:
        browsers = [
            opened.enter_context(site.browser(0, f"127.0.0.{10 + number // 4}")) for number in range(64)
        ]
        statuses, waits = crowd(site, browsers)
    assert set(statuses) <= {200, 503}
    assert statuses.count(200) >= 5
    assert max(waits) < 2, waits


def crowd(site: Site, browsers: list[httpx.Client]) -> tuple[list[int], list[float]]:
    """Let all of them log in at once, and return their statuses and how long other pages took meanwhile."""
    tokens = []
    for browser in browsers:
        browser.get("/login/")
        tokens.append(browser.cookies["csrftoken"])

    def log_in(number: int) -> int:
        typed = {"username": f"user{number}", "password": "x" * 40, "csrfmiddlewaretoken": tokens[number]}
        return browsers[number].post("/login/", data=typed).status_code

    waits = []
    with ThreadPoolExecutor(64) as pool:
        going = [pool.submit(log_in, number) for number in range(64)]
        while not all(one.done() for one in going):
            for path in ("/healthz", "/login/"):
                begun = time.monotonic()
                assert site.status(site.ports[0], path) == 200
                waits.append(time.monotonic() - begun)
        statuses = [one.result() for one in going]
    return statuses, waits
