from django.apps import AppConfig


class LibraryConfig(AppConfig):
    """What a team owns and can name with a handle."""

    name = "library"
