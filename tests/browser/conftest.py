"""The whole house as a newcomer starts it, and a headless Chromium that drives it.

Where no browser is installed these tests say so; `BACKLOT_TESTS_DEMAND_BROWSER=1`, which CI sets, makes that a failure.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    StorageState,
    expect,
    sync_playwright,
)

from config import env
from generation.supervision.processes import ports
from tests.browser.shell import Shell
from tests.free_ports import free_port

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# Chromium asks its maker's hosts for this and that at every start; tests talk to this machine only.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Each window would start one more process for a toolbar that nobody sees.
    "--disable-features=PreloadTopChromeWebUI,WebUIReloadButton,InitialWebUI",
]

# A form's refusal, whose status is meant; and what refreshes itself, always a <div>, giving way to what a person
# sends. htmx tells what breaks off a request twice, the second time by its cause.
MEANT = re.compile(r"Failed to load resource|htmx:(afterRequest|sendAbort), \[object HTMLDivElement\]")


expect.set_options(timeout=20_000)  # milliseconds; only a failing test waits so long


@dataclass(frozen=True)
class House:
    """A running `manage.py up`: where it is, the passwords that it printed, and the folder that it lives in."""

    url: str
    passwords: dict[str, str]
    var: Path
    shell: Shell
    sessions: dict[str, StorageState] = field(default_factory=dict)

    def run(self, code: str) -> str:
        """Run Python on the instance's own database and storage and return what it printed."""
        return self.shell.run(code)


def _environment(var: Path) -> dict[str, str]:
    """Nothing configured but the folder."""
    ours = ("BACKLOT_", "AWS_", "SKYREELS_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**clean, "BACKLOT_VAR": str(var)}


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """`manage.py up` on an empty folder, demo included, with nothing configured."""
    port = free_port()
    folder = tmp_path_factory.mktemp("house")
    log = folder / "up.log"
    var = folder / "var"
    # Ports of its own: of two houses that open at once both would find the usual ones free.
    env.embedded(var)
    ports.agree(var, s3_port=free_port(), sandbox_port=free_port())
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", f"--port={port}"],
            cwd=settings.BASE_DIR,
            env=_environment(var),
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        text = _opened(log, process)
        passwords = dict(re.findall(r"^ +(\w+) +\w.* +([a-z]+-\S+)$", text, re.M))
        shell = Shell(_environment(var))
        yield House(f"http://127.0.0.1:{port}", passwords, var, shell)
        shell.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _opened(log: Path, process: subprocess.Popen, *, seconds: float = 120) -> str:
    ends = time.monotonic() + seconds
    while "Ctrl-C closes it" not in (text := log.read_text()):
        assert process.poll() is None, f"the house did not open:\n{text}"
        assert time.monotonic() < ends, f"the house is not open after {seconds} s:\n{text}"
        time.sleep(0.1)
    return text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless. Closed with its module: while it is open an event loop runs in this process,
    and Django then refuses its database to the tests that come next."""
    if CHROMIUM is None:
        missing = "no Chromium on this machine: the browser tests cannot run"
        pytest.fail(missing) if os.environ.get("BACKLOT_TESTS_DEMAND_BROWSER") else pytest.skip(missing)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, house: House) -> Iterator[Callable[..., Page]]:
    """Open a window and log in; a script error or a refused script fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_window(who: str, *, width: int = 1440, scheme: str = "dark", **options: object) -> Page:
        context = browser.new_context(
            base_url=house.url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            storage_state=house.sessions.get(who),
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_defect(said) else None)
        if who not in house.sessions:
            log_in(page, who, house.passwords[who])
            house.sessions[who] = context.storage_state()
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []


def _is_defect(said: ConsoleMessage) -> bool:
    """Everything that the browser calls an error, but for what is meant."""
    return said.type == "error" and not MEANT.match(said.text)


def log_in(page: Page, name: str, password: str) -> None:
    """As a person does, by keyboard."""
    page.goto("/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


@pytest.fixture
def striped(house: House) -> str:
    """The address of a new take of jonas's, of 61 frames, 24 in a second, each a picture of its own."""
    return house.run(
        "from django.contrib.auth.models import User\n"
        "from library.models import Project\n"
        "from tests.generation.striped_films import striped_take\n"
        "by, project = User.objects.get(username='jonas'), Project.objects.get(slug='harbour-lights')\n"
        "print(striped_take(by, project, fps=24, frames=61).get_absolute_url())\n"
    ).strip()
