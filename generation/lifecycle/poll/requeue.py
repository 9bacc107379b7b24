"""Re-queue steps whose message was lost or whose worker died, as the job rows show; the queue is not consulted."""

import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from generation import gateway
from generation.lifecycle.leases import log, record_event, wake
from generation.lifecycle.poll.heartbeats import Shard
from generation.lifecycle.queue import dispatch, pause
from generation.lifecycle.render_times import poll_schedule
from generation.lifecycle.webhooks import client_webhooks
from generation.models import Job
from generation.models.job_codes import Event, EventCode

Status = Job.Status
BATCH = 100
EVERY = 2.0
OVERDUE = 3.0
# An overdue step is left to the host of its shard for this time; longer than a dead host counts as active.
LEFT_ALONE = 15.0
WOKEN_AGAIN = 15.0
# A message for a queued job submits whichever job is next, so another job may have consumed it.
TURN_AGAIN = 4.0
# No job is scheduled further ahead, neither by a lease nor by a pause that a provider requests.
FURTHEST = timedelta(minutes=40)
# Longer than the lease of a submit or a poll; a worker that stores a video renews its lease more often.
STILL_AT_WORK = timedelta(seconds=30)


class Redispatcher:
    """Re-queues overdue steps at intervals, and remembers which ones it has re-queued."""

    def __init__(self) -> None:
        self._looked_at = 0.0
        self._woken: dict[int, float] = {}

    def run_if_due(self, shard: Shard) -> None:
        """Re-queue overdue steps of this host's shard, and those of other shards that their host has neglected."""
        now = time.monotonic()
        if now - self._looked_at < EVERY:
            return
        self._looked_at = now
        self._woken = {job: until for job, until in self._woken.items() if until > now}
        _bring_back()
        _tell_of_the_unasked()
        pause.schedule_balance_check()
        client_webhooks.queue_due()
        for job_id, status in self._overdue(shard):
            self._woken[job_id] = now + (TURN_AGAIN if status == Status.QUEUED else WOKEN_AGAIN)
            wake("store" if status == Status.STORING else "submit", job_id)

    def _overdue(self, shard: Shard) -> list[tuple[int, str]]:
        """Return started jobs before queued ones: a long queue must not delay steps that are already paid for."""
        begun = _mine(Job.objects.filter(status__in=[Status.SUBMITTING, Status.STORING]), shard)
        waiting = _mine(Job.objects.filter(status=Status.QUEUED).exclude(dispatch.not_dispatchable()), shard)
        most = max(1, round(settings.SKYREELS_RPM / 60 * EVERY / shard.hosts))
        return [*self._not_woken(begun, BATCH), *self._not_woken(waiting, min(most, BATCH))]

    def _not_woken(self, jobs: QuerySet[Job], most: int) -> list[tuple[int, str]]:
        found = jobs.order_by("next_step_at").values_list("pk", "status")[: most + len(self._woken)]
        return [(job_id, status) for job_id, status in found if job_id not in self._woken][:most]


def _bring_back() -> None:
    """Make jobs due that are scheduled further ahead than possible, which happens when the clock is set back. Jobs with
    a lease become due after the length of a lease, so that a worker that is still active can finish first."""
    now = timezone.now()
    ahead = Job.objects.filter(status__in=Job.Status.active, next_step_at__gt=now + FURTHEST)
    if ahead.exists():
        left = Case(When(lease_token="", then=Value(now)), default=Value(now + STILL_AT_WORK))
        log.warning(
            "the clock was set back: %s jobs were due far ahead of it", ahead.update(next_step_at=left)
        )


def _tell_of_the_unasked() -> None:
    """Mark old renders of other providers as late: this installation cannot poll them, so users must be notified."""
    now = timezone.now()
    long_ago = now - timedelta(seconds=poll_schedule.LATE_AFTER_UNKNOWN)
    elsewhere = Job.objects.filter(status=Status.RUNNING, late_at=None).exclude(**gateway.present_gateway())
    unasked = elsewhere.filter(submitted_at__lt=long_ago)
    for job_id in list(unasked.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            if unasked.filter(pk=job_id).update(late_at=now):
                record_event(job_id, Status.RUNNING, Event(EventCode.OTHER_PROVIDER))


def _mine(jobs: QuerySet[Job], shard: Shard) -> QuerySet[Job]:
    now = timezone.now()
    left = Q(next_step_at__lte=now - timedelta(seconds=LEFT_ALONE))
    overdue = jobs.filter(next_step_at__lte=now - timedelta(seconds=OVERDUE))
    return overdue.annotate(part=F("pk") % shard.hosts).filter(left | Q(part=shard.index))
