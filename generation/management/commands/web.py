"""`manage.py web`: serve the pages and APIs."""

import asyncio
import socket
import sys
from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from generation.supervision.processes import ports
from generation.supervision.web.serve import limits_of_settings, serve, supervise


class Command(BaseCommand):
    """Listen on BACKLOT_HOST and BACKLOT_PORT, with BACKLOT_WEB_PROCESSES processes."""

    help = "Serves the pages and APIs until SIGTERM or Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fd", type=int, help="a listening socket that is open already")
        parser.add_argument("--one-of-several", type=int, help=SUPPRESS)

    def handle(self, *, fd: int | None, one_of_several: int | None, **options: Any) -> None:
        try:
            listener = ports.listen(settings.HOST, settings.PORT) if fd is None else socket.socket(fileno=fd)
        except ports.CannotStart as problem:
            sys.exit(f"backlot: {problem}")
        if settings.WEB_PROCESSES > 1 and one_of_several is None:
            asyncio.run(supervise(listener, settings.WEB_PROCESSES))
        else:
            serve(import_string(settings.ASGI_APPLICATION), listener, limits_of_settings())
