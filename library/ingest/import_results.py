"""The results of an import."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Result(models.TextChoices):
    """The result for one asset or file; only FAILED is an error."""

    CREATED = "created", _("created")
    EXISTS = "exists", _("already exists")
    SKIPPED = "skipped", _("skipped")
    PENDING = "pending", _("not imported yet")
    FAILED = "failed", _("failed")


@dataclass(frozen=True)
class Outcome:
    """The result for one asset or file: its name, the result, and the reason as a message."""

    name: str
    result: Result
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.result.label}: {self.name}" + (f" ({self.reason})" if self.reason else "")
