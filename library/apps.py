from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LibraryConfig(AppConfig):
    """What a team owns and can name with a handle."""

    name = "library"

    def ready(self) -> None:
        from library.catalog.sqlite_fts_triggers import keep_words

        post_migrate.connect(keep_words, sender=self)
