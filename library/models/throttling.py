"""Counters of attempts, shared by all processes."""

from django.db import models


class AttemptCounter(models.Model):
    """A counter of `library.throttling`. Its key is a keyed hash, which reveals no IP address, name or secret."""

    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.expires_at:%H:%M:%S}"
