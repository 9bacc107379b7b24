"""How long renders took, by their sort: kept in the database, so that every worker times its questions alike."""

import time
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from generation.lifecycle.render_times import poll_schedule
from generation.models import Job, RenderTime

KEPT = 40
FRESH = 10.0  # seconds for which what was read is good

Sort = tuple[str, str, int]


class RenderTimes:
    """The samples of all sorts, read at most every ten seconds."""

    def __init__(self) -> None:
        self._samples: dict[Sort, list[float]] = {}
        self._read_at = -FRESH

    def of(self, job: Job) -> list[float]:
        """The samples of the job's sort, or of the nearest length of the same model and resolution; may be empty."""
        if time.monotonic() - self._read_at > FRESH:
            self._read_at = time.monotonic()
            rows = RenderTime.objects.values_list("model", "resolution", "duration", "samples")
            self._samples = {(model, size, seconds): samples for model, size, seconds, samples in rows}
        alike = [sort for sort in self._samples if sort[:2] == (job.model, job.resolution)]
        if not alike:
            return []
        return self._samples[min(alike, key=lambda sort: (abs(sort[2] - job.duration), sort))]

    def next_question(self, job: Job) -> float:
        """Seconds until the next question about a job that runs."""
        samples = self.of(job)
        wait = poll_schedule.next_net_poll if job.hook_token else poll_schedule.next_poll
        return wait(age(job), samples)

    def is_late(self, job: Job) -> bool:
        """Whether the render takes far longer than such renders do."""
        return age(job) > poll_schedule.late_after(self.of(job))


def first_question(job_id: int) -> float:
    """Seconds from the submit to the first question."""
    job = Job.objects.only("model", "resolution", "duration", "hook_token", "created_at").get(pk=job_id)
    job.submitted_at = timezone.now()
    return RenderTimes().next_question(job)


def learn(job: Job, samples: list[float]) -> None:
    """Keep how long this render took, which was just seen completed; nothing where that cannot be told."""
    if not poll_schedule.was_watched(age(job), samples, polls=job.polls):
        return
    took = poll_schedule.took(age(job), samples, hooked=bool(job.hook_token))
    # A job that was sent in the future tells nothing: the clock was set back meanwhile.
    if took is None or job.submitted_at is None or job.submitted_at > timezone.now():
        return
    sort: dict[str, Any] = {"model": job.model, "resolution": job.resolution, "duration": job.duration}
    with transaction.atomic():
        RenderTime.objects.get_or_create(**sort)
        row = RenderTime.objects.select_for_update().get(**sort)
        row.samples = [*row.samples, round(took, 1)][-KEPT:]
        row.save(update_fields=["samples"])


def age(job: Job) -> float:
    """Seconds since the provider took it; never negative, whatever the clocks say."""
    return max(0.0, (timezone.now() - (job.submitted_at or job.created_at)) / timedelta(seconds=1))
