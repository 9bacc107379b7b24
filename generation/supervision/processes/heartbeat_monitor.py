"""Monitor this host's sweep: trigger one when its heartbeat is stale, and restart the cluster if that has no effect.

Only this host's heartbeat counts; otherwise the sweeps of other hosts would hide a hung one. The monitor runs in a
separate thread, because a database call may hang for longer than the supervisor has for shutting down.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic

from django.db import Error, close_old_connections, connection
from django.db.models import Max, QuerySet
from django.utils import timezone
from django_q.brokers import Broker
from django_q.conf import Conf
from django_q.tasks import async_task
from redis.exceptions import RedisError

from generation import host_queue
from generation.lifecycle.leases import release_all_of
from generation.lifecycle.poll.heartbeats import heartbeat_name, heartbeats, hosts
from generation.models import Heartbeat, Job
from generation.supervision.processes.schedules import SWEEP, ensure_schedule, reset_future_schedules

SCHEDULES_EVERY = 30.0  # seconds between two checks of the schedules
ENDING_LOOK = 0.3  # seconds between two attempts to end the sweep during shutdown
LAST_WORD = 1.0  # seconds that the shutdown waits for the database

log = logging.getLogger("backlot.worker")


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Durations in seconds.

    `look` is the interval between checks, `fresh` the maximum age of a fresh heartbeat, `nudge` the pause between
    triggers, and `unanswered` the time without progress, including the start, after which the cluster counts as hung.
    `grace` is the time that running tasks have to finish on shutdown; killing one is safe, since its lease expires.
    """

    look: float = 1.0
    fresh: float = 5.0
    nudge: float = 3.0
    unanswered: float = 30.0
    grace: float = 4.0


class Pulse(Thread):
    """Thread that monitors the sweep until it is stopped.

    During shutdown it keeps revoking the sweep's lease so that the cluster can end, then releases the leases of the
    steps that were killed with it.
    """

    def __init__(
        self,
        worker_id: str,
        patience: Patience,
        *,
        lives: Callable[[], int],
        restart: Callable[[str], object],
    ) -> None:
        super().__init__(name="pulse", daemon=True)
        self._worker_id = worker_id
        self._patience = patience
        self._lives = lives
        self._restart = restart
        self._stopping, self._ended, self._released = Event(), Event(), Event()
        self._life = 0
        self._queued = 0
        self._nudged: float | None = None
        self._worked = monotonic()
        self._schedules_at = 0.0
        self._away = False

    def stop(self) -> None:
        """Stop monitoring; from now on, only end the sweep."""
        self._stopping.set()

    def release(self) -> None:
        """Release the leases that the ended cluster still held, so that its jobs need not wait until they expire."""
        self._ended.set()
        self._released.wait(LAST_WORD)

    @property
    def _queue(self) -> Broker:
        """Create the broker of the host's own queue, in this thread because it may open a database connection."""
        return host_queue.of_host(self._worker_id)

    def run(self) -> None:
        while not self._stopping.wait(self._patience.look):
            self._safely(self._look)
        while not self._ended.wait(ENDING_LOOK):
            self._safely(self._release_sweep)
        self._safely(self._release_steps)
        self._released.set()
        connection.close()

    def _safely(self, step: Callable[[], None]) -> None:
        """Run a step; while the database or the broker is unavailable, log that once and keep retrying."""
        try:
            close_old_connections()
            step()
        except (Error, RedisError) as error:
            if not self._away:
                log.warning(
                    "cannot look at the sweep, trying on: %s", str(error).strip() or type(error).__name__
                )
            self._away, self._worked, self._nudged = True, monotonic(), None
            connection.close()
        else:
            if self._away:
                log.info("looking at the sweep again")
            self._away = False

    def _look(self) -> None:
        if self._life != (life := self._lives()):
            self._begin_life()
            self._life = life
        now, queued = monotonic(), self._queue.queue_size()
        if now - self._schedules_at >= SCHEDULES_EVERY:
            self._schedules_at = now
            reset_future_schedules()
        age = _age_of(self._beats().values_list("beat_at", flat=True).first())
        # A heartbeat in the future does not count as fresh: the clock was set back.
        fresh = abs(age) <= self._patience.fresh
        if fresh or queued < self._queued or self._every_slot_is_busy():
            self._worked = now
        self._queued = queued
        if fresh:
            self._nudged = None
        elif now - self._worked > self._patience.unanswered:
            self._worked = now
            self._restart(f"no work was done for {self._patience.unanswered:.0f} s")
        elif self._nudged is None or (not queued and now - self._nudged >= self._patience.nudge):
            self._nudge()

    def _begin_life(self) -> None:
        """Prepare for a new cluster: discard the lease and messages of the previous one, whose tasks are lost."""
        self._worked = monotonic()
        ensure_schedule()
        self._release_sweep()
        self._queue.delete_queue()
        host_queue.forget_all_but([self._worker_id, *hosts()])
        self._nudge()

    def _nudge(self) -> None:
        async_task(SWEEP, broker=self._queue)
        self._nudged = monotonic()

    def _release_sweep(self) -> None:
        self._beats().update(token="", leased_until=None)

    def _release_steps(self) -> None:
        self._release_sweep()
        if left := release_all_of(self._worker_id):
            log.info(
                "stopped in the middle of %s steps: they are due for other hosts, or for the next start", left
            )

    def _beats(self) -> QuerySet[Heartbeat]:
        return heartbeats().filter(name=heartbeat_name(self._worker_id))

    def _every_slot_is_busy(self) -> bool:
        """Return whether all slots run long steps such as downloads, which delay the sweep of a healthy cluster."""
        steps = [Job.Status.SUBMITTING, Job.Status.STORING]
        held = Job.objects.filter(status__in=steps, lease_token__startswith=self._worker_id)
        return bool(held.filter(next_step_at__gt=timezone.now()).count() >= Conf.WORKERS)


def heartbeat_age() -> float:
    """Return the seconds since the last heartbeat of any host, infinity if there has been none."""
    soon = timezone.now() + timedelta(seconds=Patience.fresh)
    return _age_of(heartbeats().filter(beat_at__lt=soon).aggregate(latest=Max("beat_at"))["latest"])


def _age_of(beat_at: datetime | None) -> float:
    return (timezone.now() - beat_at) / timedelta(seconds=1) if beat_at else float("inf")
