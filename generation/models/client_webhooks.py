"""Webhooks that API clients registered for their tasks."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from generation.models.jobs import Job

MAX_SCHEDULE_AHEAD = timedelta(minutes=5)
MAX_TRIES = 4  # the first and up to three retries (skyreels-api.md, section 6)


class CallbackQuerySet(models.QuerySet["Callback"]):
    """Webhooks, filtered by when they are due."""

    def due(self) -> Self:
        """Filter webhooks of tasks that have a video or failed, the longest overdue first; others are never called."""
        ended = self.filter(job__status__in=[Job.Status.SUCCEEDED, Job.Status.FAILED])
        now = timezone.now()
        # Times further ahead than the longest retry delay were written before the clock was set back.
        turn = Q(next_try_at__lte=now) | Q(next_try_at__gt=now + MAX_SCHEDULE_AHEAD)
        return ended.filter(turn, tries__lt=MAX_TRIES).order_by("next_try_at")


class Callback(models.Model):
    """The URL that the API client of a job wants to be called at, and the progress of that.

    `next_try_at` is schedule and lease in one; it is empty once no further call follows.
    """

    job = models.OneToOneField(Job, models.CASCADE, related_name="callback")
    base_url = models.TextField(help_text="`/callback` is appended to its path")
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
