"""Poll due jobs in batches and re-queue overdue steps: one sweep per worker host.

A sweep runs for about a minute in a queue worker and renews the lease of its host's heartbeat row; `manage.py worker`
starts the next one when the heartbeat becomes stale. Each host handles its own shard of the jobs first, and those of
other shards once they are overdue. A claim skips rows that another host is claiming.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, Q, QuerySet, Value, Window
from django.db.models.expressions import When
from django.db.models.functions import RowNumber
from django.utils import timezone
from django_q.tasks import async_task

from generation import gateway, host_queue
from generation.lifecycle.leases import Lease, log, write_claim
from generation.lifecycle.poll.heartbeats import Shard, SweepLease
from generation.lifecycle.poll.poll_client import PollClientPool, PollRequest
from generation.lifecycle.poll.poll_results import apply_poll_results
from generation.lifecycle.poll.requeue import Redispatcher
from generation.lifecycle.queue import rate_limit
from generation.lifecycle.render_times.measured_times import RenderTimes
from generation.models import Job

Status = Job.Status
POLL_LEASE_S = 15.0
IDLE_S = 0.2
# A due job of another shard is polled after this time.
STEAL_AFTER_S = 4.0
# At the end of a sweep, pending responses have this time; the next sweep runs in parallel.
FINAL_WAIT_S = 2.0
NEEDED_FIELDS = (
    "task_id",
    "progress",
    "attempts",
    "polls",
    "model",
    "resolution",
    "duration",
    "hook_token",
    "late_at",
    "submitted_at",
    "created_at",
)


def sweep(seconds: float = 55.0) -> None:
    """Poll and re-queue for this time unless this host is already sweeping, then enqueue the next sweep."""
    lease = SweepLease.acquire()
    if lease is None:
        return
    began = time.monotonic()
    with asyncio.Runner() as runner:
        poller = Poller(runner)
        redispatcher = Redispatcher()
        try:
            while lease.renew() and time.monotonic() - began < seconds:
                if not poller.step(lease.shard):
                    time.sleep(IDLE_S)
                redispatcher.run_if_due(lease.shard)
            if lease.release():
                broker = host_queue.of_host(settings.WORKER_ID)
                async_task("generation.tasks.sweep", broker=broker)
        finally:
            poller.close()
    log.info(
        "swept for %.0f s as one of %s hosts: %s polls",
        time.monotonic() - began,
        lease.shard.hosts,
        poller.polled,
    )


class Poller:
    """Polls due jobs and applies the results; `polled` counts the requests."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.polled = 0
        self._runner = runner
        self._pool = runner.run(PollClientPool.open())
        self._quota = rate_limit.HostQuota()
        self._times = RenderTimes()

    def step(self, shard: Shard) -> bool:
        """Send due polls and apply the results that have arrived; return False if there was nothing to do."""
        sent = self._send(shard)
        return self._apply(IDLE_S) or sent > 0

    def run_once(self, shard: Shard = Shard()) -> int:  # noqa: B008 - frozen
        """Send due polls and wait for all results; return the number of polls."""
        sent = self._send(shard)
        while self._pool.is_busy:
            self._apply(IDLE_S)
        return sent

    def close(self) -> None:
        """Apply results that arrive within moments; the other jobs become due again at once."""
        ends = time.monotonic() + FINAL_WAIT_S
        while self._pool.is_busy and time.monotonic() < ends:
            self._apply(IDLE_S)
        apply_poll_results(self._runner.run(self._pool.close()), self._times)

    def _send(self, shard: Shard) -> int:
        limit = self._limit(shard)
        requests = claim_polls(shard, limit) if limit else []
        if requests:
            self._runner.run(self._pool.send(requests))
            self._quota.spend(len(requests), shard.hosts)
        self.polled += len(requests)
        return len(requests)

    def _limit(self, shard: Shard) -> int:
        """Return how many jobs to claim: no more than this host's quota while jobs of other hosts are due."""
        slots, quota = self._pool.free_slots, self._quota.remaining(shard.hosts)
        return quota if quota < slots and others_have_due_jobs(shard) else slots

    def _apply(self, timeout: float) -> bool:
        results = self._runner.run(self._pool.results(timeout)) if self._pool.is_busy else []
        apply_poll_results(results, self._times)
        return bool(results)


def claim_polls(shard: Shard, limit: int) -> list[PollRequest]:
    """Claim up to `limit` due jobs, as many as the rate limit grants, in the order of `_poll_order`.

    PostgreSQL skips rows that another host is claiming; SQLite has only one writer.
    """
    ordered = _poll_order(shard, limit)
    if not ordered:
        return []
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        due = Job.objects.filter(pk__in=ordered, status=Status.RUNNING, next_step_at__lte=timezone.now())
        free = set(due.select_for_update(skip_locked=skip).values_list("pk", flat=True))
        granted = rate_limit.acquire(len(free), polls=True) if free else 0
        chosen = [pk for pk in ordered if pk in free][:granted]
        token = (
            write_claim(chosen, seconds=POLL_LEASE_S, polls=F("polls") + 1, called_at=None) if chosen else ""
        )
    jobs = Job.objects.only(*NEEDED_FIELDS).in_bulk(chosen)
    return [PollRequest(Lease(pk, token, Status.RUNNING), jobs[pk]) for pk in chosen]


def others_have_due_jobs(shard: Shard) -> bool:
    """Return whether jobs of other shards are due."""
    if shard.hosts == 1:
        return False
    return _due_jobs().annotate(shard=F("pk") % shard.hosts).exclude(shard=shard.index).exists()


def _due_jobs() -> QuerySet[Job]:
    """Return the running jobs of the configured provider that are due."""
    running = Job.objects.filter(status=Status.RUNNING, **gateway.present_gateway())
    return running.filter(next_step_at__lte=timezone.now())


def _poll_order(shard: Shard, limit: int) -> Sequence[int]:
    """Return due jobs: the host's own shard first, projects in turn, the longest overdue first."""
    now, due = timezone.now(), _due_jobs()
    if shard.hosts > 1:
        is_foreign = Case(When(shard=shard.index, then=Value(0)), default=Value(1))
        due = due.annotate(shard=F("pk") % shard.hosts).annotate(is_foreign=is_foreign)
        due = due.filter(Q(is_foreign=0) | Q(next_step_at__lte=now - timedelta(seconds=STEAL_AFTER_S)))
    else:
        due = due.annotate(is_foreign=Value(0))
    turn = Window(RowNumber(), partition_by=[F("is_foreign"), F("project")], order_by=["next_step_at", "pk"])
    ordered = due.annotate(turn=turn).order_by("is_foreign", "turn", "next_step_at")
    return list(ordered.values_list("pk", flat=True)[:limit])
