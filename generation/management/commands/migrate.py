"""`manage.py migrate`, which changes no database that it cannot bring up to date."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections

from generation import schema


class Command(migrate.Command):
    """Django's own command behind a check of what is there."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse a database whose tables do not fit its record of applied migrations."""
        database = options["database"] or DEFAULT_DB_ALIAS
        status = schema.read_status(connections[database])
        if not status.can_migrate:
            raise CommandError(f"schema: {status.detail}")
        super().handle(*args, **options)
        schema.forget()
