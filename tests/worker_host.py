"""A real `manage.py worker` beside the test, on the test's own database, storage and sandbox."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import psutil
from django.conf import settings
from django.db import connection


class WorkerHost:
    """One worker host in processes of its own."""

    def __init__(self, log: str = "worker.log", **environment: str) -> None:
        self.process: subprocess.Popen | None = None
        self.log = settings.VAR_DIR / log
        self.environment = environment

    def surroundings(self) -> dict[str, str]:
        """The environment: the test's own places and what this host is to have besides."""
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "BACKLOT_VAR": str(settings.VAR_DIR),
            "DATABASE_URL": database_url(),
            **self.environment,
        }

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "worker"],
                cwd=settings.BASE_DIR,
                env=self.surroundings(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def processes(self) -> list[psutil.Process]:
        """The supervisor and everything that descends from it."""
        assert self.process is not None
        head = psutil.Process(self.process.pid)
        return [head, *head.children(recursive=True)]

    def kill(self) -> None:
        """`kill -9` of all of it at once."""
        for found in self.processes():
            found.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it as a person would."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)


def database_url() -> str:
    """The address of the test's own database, for another process."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    return f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


def wait_for(what: Callable[[], object], *, seconds: float = 60, every: float = 0.05) -> object:
    """The first true answer of `what`; fails when there is none in time."""
    ends = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < ends, f"{what.__name__} did not come true within {seconds} s"
        time.sleep(every)
    return answer
