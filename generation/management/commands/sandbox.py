"""`manage.py sandbox`: the provider that stands in for the real one."""

import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from generation.sandbox.server import SandboxServer


class Command(BaseCommand):
    """Speaks as the gateway and as the vendor do, and renders real films, for nothing.

    It takes the key that is configured for the provider: one environment serves it and whoever calls it.
    """

    help = "Runs the sandbox provider alone until SIGTERM or Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = settings.EMBEDDED["sandbox_port"]
        parser.add_argument("--port", type=int, default=default, help="default: %(default)s")

    def handle(self, *, port: int, **options: Any) -> None:
        try:
            server = SandboxServer(settings.VAR_DIR / "sandbox", port=port, api_key=settings.SKYREELS_API_KEY)
        except (OSError, OverflowError) as error:
            sys.exit(f"backlot: the sandbox cannot serve on port {port}: {error}")
        signal.signal(signal.SIGTERM, lambda *_: server.stop())
        own = f"sandbox_api_key in {settings.VAR_DIR / 'embedded.json'}"
        key = own if settings.PROVIDER_IS_SANDBOX else "that of SKYREELS_API_KEY"
        self.stdout.write(f"sandbox provider at {server.base_url}; its key is {key}")
        server.serve_forever()
