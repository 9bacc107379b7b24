from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LibraryConfig(AppConfig):
    """The asset library, with projects, accounts and storage."""

    name = "library"

    def ready(self) -> None:
        from library.catalog.sqlite_fts_triggers import ensure_triggers

        post_migrate.connect(ensure_triggers, sender=self)
