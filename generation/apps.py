from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class GenerationConfig(AppConfig):
    """The app that turns assets into videos."""

    name = "generation"

    def ready(self) -> None:
        """Register the system checks, which import the models and can therefore not be loaded earlier."""
        autodiscover_modules("checks")
