from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class GenerationConfig(AppConfig):
    """Turning assets into videos."""

    name = "generation"

    def ready(self) -> None:
        """System checks stand above the models, which are there only now."""
        autodiscover_modules("checks")
