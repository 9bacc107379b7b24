"""Command lines, environments and grace periods of the local processes."""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings

from generation.supervision.processes.process import Part

# Seconds. `up` has to end within 10, and web and worker stop in parallel.
WORKER_GRACE = 6.0
WEB_GRACE = 4.5
SANDBOX_GRACE = 1.5
STORAGE_GRACE = 1.0


def manage(*arguments: str) -> list[str]:
    """Return the command line of a management command."""
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def own_environment() -> dict[str, str]:
    """Return the environment of child processes.

    It identifies this installation, whatever the options or the working directory of this process are.
    """
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
    """Return a process that runs a management command."""
    return Part(name=name, argv=manage(*arguments), env=own_environment(), grace=grace)


def storage(hosts: Sequence[str], port: int) -> Part:
    """Return the local S3 server for `var/s3`. Its keys are in the environment: any user can read command lines."""
    return _storage([f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host in hosts])


def storage_on(listeners: Sequence[int]) -> Part:
    """Return it on sockets that already listen, so that the port is reserved and a restart refuses no connections."""
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
            # A CSV list: each key pair contains a comma, so it is quoted.
            "RCLONE_AUTH_KEY": f'"{keys}"',
        },
        grace=STORAGE_GRACE,
    )


def sandbox(listener: int) -> Part:
    """Return the sandbox provider, on a socket that already listens."""
    return replace(own("sandbox", "sandbox", f"--fd={listener}", grace=SANDBOX_GRACE), files=[listener])


def worker() -> Part:
    """Return the process that supervises the workers of the queue."""
    return own("worker", "worker", grace=WORKER_GRACE)


def web(listener: int) -> Part:
    """Return the web server, on a socket that already listens, so that a restart refuses no connections."""
    web = own("web", "web", f"--fd={listener}", grace=WEB_GRACE)
    return replace(web, files=[listener])


def web_process(listener: int, number: int, *, grace: float) -> Part:
    """Return one of several web processes that share a socket."""
    process = own(f"web-{number}", "web", f"--fd={listener}", f"--one-of-several={number}", grace=grace)
    return replace(process, files=[listener])
