"""`manage.py sandbox`: the provider that stands in for the real one."""

import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from generation.sandbox.server import SandboxServer


class Command(BaseCommand):
    """Speaks as the gateway and as the vendor do, and renders real films, for nothing."""

    help = "Runs the sandbox provider alone until SIGTERM or Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = settings.EMBEDDED["sandbox_port"]
        parser.add_argument("--port", type=int, default=default, help="default: %(default)s")

    def handle(self, *, port: int, **options: Any) -> None:
        folder, api_key = settings.VAR_DIR / "sandbox", settings.EMBEDDED["sandbox_api_key"]
        try:
            server = SandboxServer(folder, port=port, api_key=api_key)
        except (OSError, OverflowError) as error:
            sys.exit(f"backlot: the sandbox cannot serve on port {port}: {error}")
        signal.signal(signal.SIGTERM, lambda *_: server.stop())
        self.stdout.write(f"sandbox provider at {server.base_url}")
        server.serve_forever()
