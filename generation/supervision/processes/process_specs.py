"""The programs of the house: their command lines, their environment, and how long they may take to end."""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings

from generation.supervision.processes.process import Part

# Seconds. Together they stay under the ten in which `up` has to end: web and worker end side by side.
WORKER_GRACE = 6.0
WEB_GRACE = 4.5
SANDBOX_GRACE = 1.5
STORAGE_GRACE = 1.0


def manage(*arguments: str) -> list[str]:
    """The command line of one of our own commands."""
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def own_environment() -> dict[str, str]:
    """What our own children get: where the house is, whatever the options or the directory of this process were."""
    chosen = {
        "BACKLOT_VAR": str(settings.VAR_DIR),
        "BACKLOT_HOST": settings.HOST,
        "BACKLOT_PORT": str(settings.PORT),
        "PYTHONUNBUFFERED": "1",
    }
    return {
        name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in chosen
    } | chosen


def own(name: str, *arguments: str, grace: float = 3.0) -> Part:
    """A part that is one of our own commands."""
    return Part(name=name, argv=manage(*arguments), env=own_environment(), grace=grace)


def storage(hosts: Sequence[str], port: int) -> Part:
    """The local S3 server over `var/s3`. Its keys go by the environment: a command line can be read by everyone."""
    return _storage([f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host in hosts])


def storage_on(listeners: Sequence[int]) -> Part:
    """The same on sockets that already listen, so that no other process can take the port and restarts lose nothing."""
    return replace(_storage([f"fd://{listener}" for listener in listeners]), files=listeners)


def _storage(addresses: Sequence[str]) -> Part:
    folder = settings.VAR_DIR / "s3"
    folder.mkdir(exist_ok=True)
    keys = f"{settings.AWS_ACCESS_KEY_ID},{settings.AWS_SECRET_ACCESS_KEY}".replace('"', '""')
    return Part(
        name="s3",
        argv=[sys.executable, "-m", "generation.supervision.processes.s3_server", str(folder), *addresses],
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": str(settings.BASE_DIR),
            "RCLONE_CONFIG": os.devnull,
            "RCLONE_CACHE_DIR": str(settings.VAR_DIR / "tmp" / "rclone"),
            "RCLONE_TEMP_DIR": str(settings.VAR_DIR / "tmp"),
            # A list in CSV: the pair holds a comma, so it stands in quotes.
            "RCLONE_AUTH_KEY": f'"{keys}"',
        },
        grace=STORAGE_GRACE,
    )


def sandbox(listener: int) -> Part:
    """The sandbox provider, on a socket that already listens."""
    return replace(own("sandbox", "sandbox", f"--fd={listener}", grace=SANDBOX_GRACE), files=[listener])


def worker() -> Part:
    """The queue's workers with their own supervisor."""
    return own("worker", "worker", grace=WORKER_GRACE)


def web(listener: int) -> Part:
    """The web server, on a socket that is already open, so that a restart refuses no connections."""
    web = own("web", "web", f"--fd={listener}", grace=WEB_GRACE)
    return replace(web, files=[listener])


def web_process(listener: int, number: int, *, grace: float) -> Part:
    """One of several web processes on the same socket."""
    process = own(f"web-{number}", "web", f"--fd={listener}", f"--one-of-several={number}", grace=grace)
    return replace(process, files=[listener])
