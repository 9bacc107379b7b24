"""Run one web process, or supervise several."""

import asyncio
import resource
import signal
import socket

import uvicorn
from django.conf import settings
from uvicorn._types import ASGI3Application

from generation.supervision.processes import process_specs
from generation.supervision.processes.restarting_process import Keeper
from generation.supervision.web.limits import Limits
from generation.supervision.web.protocol import guarded

GRACE = 3  # seconds for running requests to finish on shutdown
OTHER_FILES = 500  # descriptors beside the clients' connections: databases, storage, spooled bodies


def limits_of_settings() -> Limits:
    return Limits(
        head_seconds=settings.WEB_HEAD_SECONDS,
        idle_seconds=settings.WEB_IDLE_SECONDS,
        body_seconds=settings.WEB_BODY_SECONDS,
        stall_seconds=settings.WEB_STALL_SECONDS,
        bytes_per_second=settings.WEB_BYTES_PER_SECOND,
        connections=settings.WEB_CONNECTIONS,
        connections_per_address=settings.WEB_CONNECTIONS_PER_ADDRESS,
    )


def serve(application: ASGI3Application, listener: socket.socket, limits: Limits) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    allow_open_files(limits.connections + OTHER_FILES)
    uvicorn.Server(configured(application, limits)).run(sockets=[listener])


def configured(application: ASGI3Application, limits: Limits) -> uvicorn.Config:
    """Return uvicorn's configuration. There is no access log: URLs contain share tokens, and the application logs what
    matters. Forwarded headers are not trusted here; Django handles them."""
    return uvicorn.Config(
        application,
        http=guarded(limits),
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=int(limits.idle_seconds),
        timeout_graceful_shutdown=GRACE,
    )


async def supervise(listener: socket.socket, processes: int) -> None:
    """Keep several processes serving the same socket until SIGTERM or Ctrl-C."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, asked.set)
    keepers = [
        Keeper(
            process_specs.web_process(listener.fileno(), number, grace=GRACE + 1),
            tell=lambda text: print(text, flush=True),
        )
        for number in range(1, processes + 1)
    ]
    await asked.wait()
    await asyncio.gather(*(keeper.stop() for keeper in keepers))


def allow_open_files(count: int) -> None:
    """Raise this process's limit of open files as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
