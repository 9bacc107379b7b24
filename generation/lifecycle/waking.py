"""Wake the steps whose message was lost, or whose worker died: the row tells, not the queue."""

import time
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from generation.lifecycle import dispatch, pace
from generation.lifecycle.beats import Share
from generation.lifecycle.leases import wake
from generation.models import Job

Status = Job.Status
BATCH = 100
EVERY = 2.0
OVERDUE = 3.0
# So long a step is left to the host whose share it is; longer than a dead host is counted as living.
LEFT_ALONE = 15.0
WOKEN_AGAIN = 15.0
# A message for a waiting job sends whichever job's turn it is, so it may have been used up by another.
TURN_AGAIN = 4.0


class Waker:
    """Looks now and then, and remembers what it woke."""

    def __init__(self) -> None:
        self._looked_at = 0.0
        self._woken: dict[int, float] = {}

    def look(self, share: Share) -> None:
        """Wake what is overdue and of this host's share, and what its own host has left alone."""
        now = time.monotonic()
        if now - self._looked_at < EVERY:
            return
        self._looked_at = now
        self._woken = {job: until for job, until in self._woken.items() if until > now}
        pace.look_at_balance()
        for job_id, status in self._overdue(share):
            self._woken[job_id] = now + (TURN_AGAIN if status == Status.QUEUED else WOKEN_AGAIN)
            wake("store" if status == Status.STORING else "submit", job_id)

    def _overdue(self, share: Share) -> list[tuple[int, str]]:
        """First what is under way, all of it: a long queue must not keep what is paid for from being woken."""
        begun = _mine(Job.objects.filter(status__in=[Status.SUBMITTING, Status.STORING]), share)
        waiting = _mine(Job.objects.filter(status=Status.QUEUED).exclude(dispatch.resting()), share)
        most = max(1, round(settings.SKYREELS_RPM / 60 * EVERY / share.hosts))
        return [*self._not_woken(begun, BATCH), *self._not_woken(waiting, min(most, BATCH))]

    def _not_woken(self, jobs: QuerySet[Job], most: int) -> list[tuple[int, str]]:
        found = jobs.order_by("next_step_at").values_list("pk", "status")[: most + len(self._woken)]
        return [(job_id, status) for job_id, status in found if job_id not in self._woken][:most]


def _mine(jobs: QuerySet[Job], share: Share) -> QuerySet[Job]:
    now = timezone.now()
    left = Q(next_step_at__lte=now - timedelta(seconds=LEFT_ALONE))
    overdue = jobs.filter(next_step_at__lte=now - timedelta(seconds=OVERDUE))
    return overdue.annotate(part=F("pk") % share.hosts).filter(left | Q(part=share.index))
