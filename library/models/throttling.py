"""How often something was attempted, counted for all processes."""

from django.db import models


class AttemptCounter(models.Model):
    """One counter of `library.throttling`. Its key is a keyed hash: no address, name or secret can be read from it."""

    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.expires_at:%H:%M:%S}"
