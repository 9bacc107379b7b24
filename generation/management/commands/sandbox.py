"""`manage.py sandbox`: the provider that stands in for the real one."""

import signal
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from generation import gateway
from generation.sandbox.allowed_hosts import ANYWHERE, Reach
from generation.sandbox.server import SandboxServer


def reach() -> Reach:
    """Return what the sandbox may fetch and call. If the installation serves other machines: only public addresses, its
    own files and its endpoint for provider callbacks."""
    if not gateway.serves_others():
        return ANYWHERE
    endpoints = {settings.AWS_S3_ENDPOINT_URL, settings.AWS_S3_PUBLIC_ENDPOINT_URL}
    files = sorted(f"{endpoint}/{settings.AWS_STORAGE_BUCKET_NAME}/" for endpoint in endpoints)
    return Reach((*files, f"{settings.PUBLIC_URL}/hooks/skyreels/"))


class Command(BaseCommand):
    """Speaks as the gateway and as the vendor do, and renders real films, for nothing.

    It takes the key that is configured for the provider: one environment serves it and whoever calls it.
    """

    help = "Runs the sandbox provider alone until SIGTERM or Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = settings.EMBEDDED["sandbox_port"]
        parser.add_argument("--port", type=int, default=default, help="default: %(default)s")
        parser.add_argument("--fd", type=int, help="a listening socket that is open already")

    def handle(self, *, port: int, fd: int | None, **options: Any) -> None:
        try:
            server = SandboxServer(
                settings.VAR_DIR / "sandbox",
                port=port,
                listener=None if fd is None else socket.socket(fileno=fd),
                api_key=settings.SKYREELS_API_KEY,
                reach=reach(),
            )
        except (OSError, OverflowError) as error:
            sys.exit(f"backlot: the sandbox cannot serve on port {port}: {error}")
        signal.signal(signal.SIGTERM, lambda *_: server.stop())
        own = f"sandbox_api_key in {settings.VAR_DIR / 'embedded.json'}"
        key = own if settings.PROVIDER_IS_SANDBOX else "that of SKYREELS_API_KEY"
        self.stdout.write(f"sandbox provider at {server.base_url}; its key is {key}")
        server.serve_forever()
