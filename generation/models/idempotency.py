"""Requests that API clients marked as identical."""

from uuid import uuid4

from django.conf import settings
from django.db import models


class IdempotencyKey(models.Model):
    """A request that a user's API client sent with a key.

    Within a day, the same body creates nothing new, and another body is rejected (skyreels-api.md, section 5).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    endpoint = models.CharField(max_length=20)
    key = models.CharField(max_length=191)
    body_sha256 = models.CharField(max_length=64)
    form_key = models.UUIDField(default=uuid4, help_text="of the job that was made")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "endpoint", "key"], name="each_idempotency_key_once")
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.user}"
