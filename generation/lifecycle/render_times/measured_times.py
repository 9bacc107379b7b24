"""Measured render times by settings, kept in the database so that all workers schedule polls alike."""

import time
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from generation.lifecycle.render_times import poll_schedule
from generation.models import Job, RenderTime

MAX_SAMPLES = 40
MAX_AGE_S = 10.0  # samples are read again after this time

# Model, resolution, duration of the output in seconds.
SettingsKey = tuple[str, str, int]


class RenderTimes:
    """The samples of all settings in seconds, cached for `MAX_AGE_S`."""

    def __init__(self) -> None:
        self._samples: dict[SettingsKey, list[float]] = {}
        self._read_at = -MAX_AGE_S

    def of(self, job: Job) -> list[float]:
        """Return the samples of the job's settings, or of the nearest duration with the same model and resolution."""
        if time.monotonic() - self._read_at > MAX_AGE_S:
            self._read_at = time.monotonic()
            rows = RenderTime.objects.values_list("model", "resolution", "duration", "samples")
            self._samples = {(model, size, seconds): samples for model, size, seconds, samples in rows}
        similar = [key for key in self._samples if key[:2] == (job.model, job.resolution)]
        if not similar:
            return []
        return self._samples[min(similar, key=lambda key: (abs(key[2] - job.duration), key))]

    def seconds_to_next_poll(self, job: Job) -> float:
        """Return the time until the next poll of a running job."""
        schedule = poll_schedule.next_fallback_poll if job.hook_token else poll_schedule.next_poll
        return schedule(age(job), self.of(job))

    def is_late(self, job: Job) -> bool:
        """Return whether the render takes far longer than usual."""
        return age(job) > poll_schedule.late_after(self.of(job))


def seconds_to_first_poll(job_id: int) -> float:
    """Return the time from the submit to the first poll."""
    job = Job.objects.only("model", "resolution", "duration", "hook_token", "created_at").get(pk=job_id)
    job.submitted_at = timezone.now()
    return RenderTimes().seconds_to_next_poll(job)


def record_render_time(job: Job, samples: list[float]) -> None:
    """Store the time of a render that has just been seen completed, if it can be determined."""
    if not poll_schedule.was_polled_regularly(age(job), samples, polls=job.polls):
        return
    seconds = poll_schedule.estimate_render_time(age(job), samples, has_webhook=bool(job.hook_token))
    # A submit in the future means that the clock was set back since then.
    if seconds is None or job.submitted_at is None or job.submitted_at > timezone.now():
        return
    key: dict[str, Any] = {"model": job.model, "resolution": job.resolution, "duration": job.duration}
    with transaction.atomic():
        RenderTime.objects.get_or_create(**key)
        row = RenderTime.objects.select_for_update().get(**key)
        row.samples = [*row.samples, round(seconds, 1)][-MAX_SAMPLES:]
        row.save(update_fields=["samples"])


def age(job: Job) -> float:
    """Return the seconds since the submit, never negative even if the clock was set back."""
    return max(0.0, (timezone.now() - (job.submitted_at or job.created_at)) / timedelta(seconds=1))
