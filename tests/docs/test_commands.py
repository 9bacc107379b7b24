"""Every documented command runs as documented, on an installation of its own."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.docs import pages
from tests.free_ports import free_port

pytestmark = pytest.mark.system

TIMEOUT_S = 120
SHARED = ("BACKLOT_", "AWS_", "SKYREELS_", "DATABASE_", "REDIS_", "EMAIL_", "DJANGO_")
ACCOUNT = {"USERNAME": "root", "PASSWORD": "lamplight-4711", "EMAIL": "root@backlot.example"}
# Run beside the installation, which `up` runs as processes of its own; other tests are about them.
SERVERS = {"manage.py web", "manage.py worker", "manage.py sandbox", "manage.py up"}


class Installation:
    """An installation in a folder of its own, started by `manage.py up`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(SHARED)},
            "BACKLOT_VAR": str(folder / "var"),
            "BACKLOT_PORT": str(self.port),
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a server; its output goes to a file."""
        with (self.folder / f"{arguments[0]}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=pages.ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=pages.ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)


def responds(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code < 500
    except httpx.TransportError:
        return False


def stop(process: subprocess.Popen[bytes]) -> int:
    process.terminate()
    return process.wait(timeout=TIMEOUT_S)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running installation without demo content."""
    made = Installation(tmp_path_factory.mktemp("documented"))
    up = made.start("up", "--no-demo")
    wait_for(lambda: responds(f"{made.url}/readyz"), up)
    yield made
    assert stop(up) == 0


def images(installation: Installation) -> str:
    folder = installation.folder / "images"
    folder.mkdir(exist_ok=True)
    Image.new("RGB", (640, 480), "teal").save(folder / "harbour.png")
    return str(folder)


def arguments_of(command: str, installation: Installation) -> list[str]:
    """Return the arguments with which a documented command is run here."""
    return {
        "migrate": ["--no-input"],
        "collectstatic": ["--no-input"],
        "createsuperuser": ["--no-input"],
        "doctor": ["--fix"],
        "import_assets": [images(installation), "--project", "harbour-lights"],
        "apitoken": ["alice"],
    }.get(command, [])


def documented() -> list[str]:
    found = {name for page in pages.PAGES for name in pages.commands(page) if name.startswith("manage.py ")}
    order = ["manage.py createsuperuser", "manage.py demo"]  # the demo's project is imported into
    return sorted(
        found - SERVERS, key=lambda name: (order.index(name) if name in order else len(order), name)
    )


def test_every_documented_command_succeeds(installation: Installation) -> None:
    account = {f"DJANGO_SUPERUSER_{key}": value for key, value in ACCOUNT.items()}
    for name in documented():
        command = name.split()[1]
        done = installation.run(command, *arguments_of(command, installation), **account)
        assert done.returncode == 0, (name, done.stdout, done.stderr)


@pytest.mark.parametrize("command", ["web", "sandbox"])
def test_a_documented_server_starts_and_stops(installation: Installation, command: str) -> None:
    port = free_port()
    arguments = ["--port", str(port)] if command == "sandbox" else []
    server = Installation(installation.folder)
    server.environment = installation.environment | {"BACKLOT_PORT": str(port)}
    process = server.start(command, *arguments)
    wait_for(lambda: responds(f"http://127.0.0.1:{port}/healthz"), process)
    assert stop(process) in {0, -15}


def test_a_documented_worker_starts_and_stops(installation: Installation) -> None:
    process = installation.start("worker")
    wait_for(lambda: (installation.folder / "worker.log").stat().st_size > 0, process)
    assert stop(process) == 0


def test_the_documented_api_calls_work(installation: Installation) -> None:
    installation.run("demo")
    token = installation.run("apitoken", "root", "--superuser").stdout.split()[-1]
    (block,) = pages.code_blocks(pages.ROOT / "docs" / "gateway-api.md", "curl")
    script = block.replace("http://127.0.0.1:8000", installation.url)
    created, _, query = script.partition("\ncurl")
    first = shell(created, token)
    (task,) = re.findall(r"task_[0-9a-f-]+", first)
    assert task in shell("curl" + query.replace("task_…", task), token)


def shell(script: str, token: str) -> str:
    done = subprocess.run(
        ["bash", "-c", script],
        env=os.environ | {"TOKEN": token},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
