"""`manage.py worker`: run a worker host."""

import asyncio
import sys
from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from generation.supervision.health import schema_check
from generation.supervision.processes.heartbeat_monitor import Patience
from generation.supervision.processes.worker import run_cluster, supervise


class Command(BaseCommand):
    """Run the workers of the queue, and restart them if they hang."""

    help = "Runs the queue's workers on this machine until SIGTERM or Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cluster", action="store_true", help=SUPPRESS)

    def handle(self, *, cluster: bool, **options: Any) -> None:
        if cluster:
            run_cluster()
        elif refused := schema_check.refusal():
            sys.exit(f"backlot: {refused}")
        else:
            asyncio.run(supervise(Patience()))
