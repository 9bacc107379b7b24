"""Who is called when a task of the API in the gateway's shape has ended."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from generation.models.jobs import Job

FURTHEST_AHEAD = timedelta(minutes=5)
MOST_TRIES = 4  # the first and up to three retries (skyreels-api.md, section 6)


class CallbackQuerySet(models.QuerySet["Callback"]):
    """Whose turn it is."""

    def due(self) -> Self:
        """Of tasks that have brought a video or failed, the longest waiting first; nobody is called about others."""
        ended = self.filter(job__status__in=[Job.Status.SUCCEEDED, Job.Status.FAILED])
        now = timezone.now()
        # Times further ahead than the longest retry delay were written before the clock was set back.
        turn = Q(next_try_at__lte=now) | Q(next_try_at__gt=now + FURTHEST_AHEAD)
        return ended.filter(turn, tries__lt=MOST_TRIES).order_by("next_try_at")


class Callback(models.Model):
    """Where the program that asked for a job wants to be called, and how far that is. `next_try_at` is schedule and
    lease in one; nobody is called any more once it is empty."""

    job = models.OneToOneField(Job, models.CASCADE, related_name="callback")
    base_url = models.TextField(help_text="`/callback` is put behind its path")
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now, null=True, blank=True)

    objects = CallbackQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="callbacks_to_make"
            )
        ]

    def __str__(self) -> str:
        return f"callback of {self.job}"
