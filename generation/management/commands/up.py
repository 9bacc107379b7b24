"""`manage.py up`: run everything on this machine with one command."""

import asyncio
import os
import socket
import sys
from argparse import SUPPRESS, ArgumentParser
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from generation.supervision.processes import ports
from generation.supervision.processes.prepare import prepare
from generation.supervision.processes.process_group import House, Plan


class Command(BaseCommand):
    """Start the local S3 server, the sandbox provider, the worker and the web server."""

    help = "Runs Backlot on this machine: storage, provider, worker and web, watched until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT, help="web port (default: %(default)s)")
        parser.add_argument("--host", default=settings.HOST, help="web address (default: %(default)s)")
        parser.add_argument("--no-demo", action="store_true", help="no demo content on the first start")
        parser.add_argument("--prepare", action="store_true", help=SUPPRESS)

    def handle(self, *, port: int, host: str, no_demo: bool, **options: Any) -> None:
        if options["prepare"]:
            self.check()
            return prepare()
        # An empty name means every interface. Spelled differently from the settings, it would cause endless restarts.
        host = ports.plain(host) or "0.0.0.0"  # noqa: S104
        if (host, port) != (settings.HOST, settings.PORT):
            start_over(BACKLOT_HOST=host, BACKLOT_PORT=str(port))
        try:
            sys.exit(run(demo=not no_demo))
        except ports.CannotStart as problem:
            sys.exit(f"backlot: {problem}")


def start_over(**environment: str) -> None:
    """Run the same command again in this process, with settings that match its options."""
    kept = {
        name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in environment
    }
    sys.stdout.flush()
    os.execve(sys.executable, sys.orig_argv, kept | environment)  # noqa: S606


def run(*, demo: bool) -> int:
    """Run all processes and return the exit code. Raise CannotStart.

    `var` is locked and the web port is bound before anything is changed.
    """
    with ExitStack() as held:
        held.enter_context(ports.only_one(settings.VAR_DIR))
        listener = held.enter_context(ports.listen(settings.HOST, settings.PORT))
        storage: list[socket.socket] = []
        sandbox: list[socket.socket] = []
        if settings.S3_IS_EMBEDDED:
            hosts = ports.storage_hosts(settings.HOST)
            storage = held.enter_context(ports.held(hosts, settings.EMBEDDED["s3_port"]))
            ports.agree(settings.VAR_DIR, s3_port=ports.number_of(storage))
        if settings.SANDBOX_IS_EMBEDDED:
            sandbox = held.enter_context(ports.held(["127.0.0.1"], settings.EMBEDDED["sandbox_port"]))
            ports.agree(settings.VAR_DIR, sandbox_port=ports.number_of(sandbox))
        plan = Plan(listener=listener, storage=storage, sandbox=sandbox, demo=demo)
        return asyncio.run(House(plan).run())
