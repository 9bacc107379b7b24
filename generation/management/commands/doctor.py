"""`manage.py doctor`: is everything that Backlot needs there and well?"""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from generation.supervision import health
from generation.supervision.schema import schema_ok


class Command(BaseCommand):
    """One line for each part; exit code 1 when one of them is not well."""

    help = "Checks database, storage, provider, worker and public endpoint."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        well = True
        for look in [schema_ok, *health.ALL]:
            check = look()
            well = well and check.ok
            style = self.style.SUCCESS if check.ok else self.style.ERROR
            self.stdout.write(f"{style('ok  ' if check.ok else 'FAIL')}  {check.name}: {check.detail}")
        if not well:
            sys.exit(1)
