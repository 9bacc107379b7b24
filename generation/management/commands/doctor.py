"""`manage.py doctor`: check every component that Backlot needs."""

import contextlib
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from generation.supervision.health import checks
from generation.supervision.health.schema_check import schema_ok
from library import storage


class Command(BaseCommand):
    """Print one line per check; exit with code 1 if one of them fails."""

    help = "Checks database, storage, provider, worker and public endpoint."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="create the bucket if it is missing")

    def handle(self, *, fix: bool, **options: Any) -> None:
        if fix:
            self._fix()
        well = True
        for look in [checks.database_ok, schema_ok, *checks.ALL]:
            check = look()
            well = well and check.ok
            style = self.style.SUCCESS if check.ok else self.style.ERROR
            self.stdout.write(f"{style('ok  ' if check.ok else 'FAIL')}  {check.name}: {check.detail}")
        if not well:
            sys.exit(1)

    def _fix(self) -> None:
        """Create the bucket; the storage check reports why it could not be created."""
        with contextlib.suppress(storage.StorageFailed):
            storage.ensure_bucket()
