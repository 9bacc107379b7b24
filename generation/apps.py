from django.apps import AppConfig


class GenerationConfig(AppConfig):
    """Turning assets into videos."""

    name = "generation"
