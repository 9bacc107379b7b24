"""`manage.py worker`: one worker host."""

import asyncio
import sys
from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from generation.supervision import schema
from generation.supervision.cluster import run_cluster, supervise
from generation.supervision.pulse import Patience


class Command(BaseCommand):
    """Runs the queue's workers and starts them again when they no longer work."""

    help = "Runs the queue's workers on this machine until SIGTERM or Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cluster", action="store_true", help=SUPPRESS)

    def handle(self, *, cluster: bool, **options: Any) -> None:
        if cluster:
            run_cluster()
        elif refused := schema.refusal():
            sys.exit(f"backlot: {refused}")
        else:
            asyncio.run(supervise(Patience()))
