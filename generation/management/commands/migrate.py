"""`manage.py migrate`, which refuses to change a database that it cannot upgrade."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections

from generation import schema


class Command(migrate.Command):
    """Django's command, after a check of the existing schema."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse a database whose tables do not match its applied migrations."""
        database = options["database"] or DEFAULT_DB_ALIAS
        status = schema.read_status(connections[database])
        if not status.can_migrate:
            raise CommandError(f"schema: {status.detail}")
        super().handle(*args, **options)
        schema.forget()
