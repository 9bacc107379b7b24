"""`manage.py sandbox`: run the simulated provider."""

import signal
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from generation import gateway
from generation.sandbox.allowed_hosts import ANY_HOST, AllowedHosts
from generation.sandbox.server import SandboxServer


def allowed_hosts() -> AllowedHosts:
    """Return the hosts that the sandbox may fetch from and call.

    If the installation serves other machines, these are public IP addresses, its own files and its endpoint for
    provider webhooks.
    """
    if not gateway.serves_others():
        return ANY_HOST
    endpoints = {settings.AWS_S3_ENDPOINT_URL, settings.AWS_S3_PUBLIC_ENDPOINT_URL}
    files = sorted(f"{endpoint}/{settings.AWS_STORAGE_BUCKET_NAME}/" for endpoint in endpoints)
    return AllowedHosts((*files, f"{settings.PUBLIC_URL}/hooks/skyreels/"))


class Command(BaseCommand):
    """Serve the APIs of the gateway and the vendor, and render real videos at no cost.

    It accepts the configured provider key, so the same environment serves the sandbox and its clients.
    """

    help = "Run only the sandbox provider, until SIGTERM or Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = settings.EMBEDDED["sandbox_port"]
        parser.add_argument("--port", type=int, default=default, help="default: %(default)s")
        parser.add_argument("--fd", type=int, help="file descriptor of an open listening socket")

    def handle(self, *, port: int, fd: int | None, **options: Any) -> None:
        try:
            server = SandboxServer(
                settings.VAR_DIR / "sandbox",
                port=port,
                listener=None if fd is None else socket.socket(fileno=fd),
                api_key=settings.SKYREELS_API_KEY,
                allowed_hosts=allowed_hosts(),
            )
        except (OSError, OverflowError) as error:
            sys.exit(f"backlot: the sandbox cannot listen on port {port}: {error}")
        signal.signal(signal.SIGTERM, lambda *_: server.stop())
        generated = f"sandbox_api_key in {settings.VAR_DIR / 'embedded.json'}"
        key = generated if settings.PROVIDER_IS_SANDBOX else "SKYREELS_API_KEY"
        self.stdout.write(f"sandbox provider at {server.base_url}, API key: {key}")
        server.serve_forever()
