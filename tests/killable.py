"""Processes beside the tests, which can be killed and started again: the local S3 server and the web."""

import socket
import subprocess
import sys
import time
from contextlib import suppress

import psutil
from django.conf import settings

from generation.supervision.processes import process_specs


class Service:
    """A process that somebody starts again when it was killed, as `manage.py up` or systemd would."""

    def __init__(self, argv: list[str], env: dict[str, str], port: int) -> None:
        self._argv, self._env, self._port = argv, env, port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (settings.VAR_DIR / "services.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._argv,
                env=self._env,
                cwd=settings.BASE_DIR,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        ends = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, f"{self._argv} ended at its start"
            assert time.monotonic() < ends, f"{self._argv} does not answer"
            time.sleep(0.05)

    def kill(self) -> None:
        """`kill -9` of it and all that it started."""
        assert self._process is not None
        kill_all(self._process.pid)
        self._process.wait()

    def stop(self) -> None:
        """End it as a supervisor would."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait()

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


def s3_service() -> Service:
    """The local S3 server as `manage.py up` starts it."""
    port = settings.EMBEDDED["s3_port"]
    part = process_specs.storage(["127.0.0.1"], port)
    return Service(list(part.argv), dict(part.env), port)


def web_service(port: int, environment: dict[str, str]) -> Service:
    """The pages and APIs."""
    where = {"BACKLOT_HOST": "127.0.0.1", "BACKLOT_PORT": str(port)}
    return Service([sys.executable, str(settings.BASE_DIR / "manage.py"), "web"], environment | where, port)


def kill_all(pid: int) -> None:
    """`kill -9` of a process and its descendants."""
    with suppress(psutil.NoSuchProcess):
        head = psutil.Process(pid)
        for found in [*head.children(recursive=True), head]:
            with suppress(psutil.NoSuchProcess):
                found.kill()
