"""Poll: on each worker host one sweep asks about what is due, in batches, and wakes what nobody woke.

A sweep runs for about a minute inside a queue worker and renews the lease of its host's heartbeat row;
`manage.py worker` starts the next one when the beat grows old. The hosts share the work: each looks after its own
share of the jobs first and after another's when that is overdue, and a claim passes over what another is claiming.
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
from generation.lifecycle.poll.heartbeats import Beat, Share
from generation.lifecycle.poll.poll_client import Asker, Question
from generation.lifecycle.poll.poll_results import take_answers
from generation.lifecycle.poll.requeue import Waker
from generation.lifecycle.queue import rate_limit
from generation.lifecycle.render_times.measured_times import RenderTimes
from generation.models import Job

Status = Job.Status
POLL_LEASE = 15.0
IDLE = 0.2
# So long a due job is left to the host whose share it is.
LEFT_ALONE = 4.0
# What is still unanswered when a sweep ends gets so long; the next sweep goes on beside it.
LAST_ANSWERS = 2.0
NEEDED = (
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
    """Ask and wake for so many seconds, unless this host sweeps already; then ask the queue for the next sweep."""
    beat = Beat.take()
    if beat is None:
        return
    began = time.monotonic()
    with asyncio.Runner() as runner:
        rounds = Rounds(runner)
        waker = Waker()
        try:
            while beat.keep() and time.monotonic() - began < seconds:
                if not rounds.go(beat.share):
                    time.sleep(IDLE)
                waker.look(beat.share)
            if beat.release():
                broker = host_queue.of_host(settings.WORKER_ID)
                async_task("generation.tasks.sweep", broker=broker)
        finally:
            rounds.close()
    log.info(
        "swept for %.0f s as one of %s: asked %s times",
        time.monotonic() - began,
        beat.share.hosts,
        rounds.asked,
    )


class Rounds:
    """What a sweep does again and again; `asked` counts the questions."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.asked = 0
        self._runner = runner
        self._asker = runner.run(Asker.open())
        self._quota = rate_limit.HostQuota()
        self._times = RenderTimes()

    def go(self, share: Share) -> bool:
        """Ask about what is due, and take the answers that came in; False when there was nothing to do."""
        asked = self._ask(share)
        return self._take(IDLE) or asked > 0

    def poll(self, share: Share = Share()) -> int:  # noqa: B008 - frozen
        """One round to its end; how many jobs were asked about."""
        asked = self._ask(share)
        while self._asker.is_asking:
            self._take(IDLE)
        return asked

    def close(self) -> None:
        """Take what comes in within moments; the rest is due again at once."""
        ends = time.monotonic() + LAST_ANSWERS
        while self._asker.is_asking and time.monotonic() < ends:
            self._take(IDLE)
        take_answers(self._runner.run(self._asker.close()), self._times)

    def _ask(self, share: Share) -> int:
        most = self._most(share)
        questions = claim_questions(share, most) if most else []
        if questions:
            self._runner.run(self._asker.ask(questions))
            self._quota.spend(len(questions), share.hosts)
        self.asked += len(questions)
        return len(questions)

    def _most(self, share: Share) -> int:
        """How many to claim at most: no more than this host's part while other hosts' jobs are due."""
        room, part = self._asker.room, self._quota.remaining(share.hosts)
        return part if part < room and others_wait(share) else room

    def _take(self, wait: float) -> bool:
        answered = self._runner.run(self._asker.answers(wait)) if self._asker.is_asking else []
        take_answers(answered, self._times)
        return bool(answered)


def claim_questions(share: Share, most: int) -> list[Question]:
    """Claim up to `most` due jobs, as many as the request budget grants, in the order of `_line`.

    PostgreSQL passes over rows that another host is just claiming; SQLite has one writer at a time.
    """
    line = _line(share, most)
    if not line:
        return []
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        due = Job.objects.filter(pk__in=line, status=Status.RUNNING, next_step_at__lte=timezone.now())
        free = set(due.select_for_update(skip_locked=skip).values_list("pk", flat=True))
        granted = rate_limit.acquire(len(free), polls=True) if free else 0
        chosen = [pk for pk in line if pk in free][:granted]
        token = (
            write_claim(chosen, seconds=POLL_LEASE, polls=F("polls") + 1, called_at=None) if chosen else ""
        )
    jobs = Job.objects.only(*NEEDED).in_bulk(chosen)
    return [Question(Lease(pk, token, Status.RUNNING), jobs[pk]) for pk in chosen]


def others_wait(share: Share) -> bool:
    """Whether jobs of other hosts' shares are due."""
    if share.hosts == 1:
        return False
    return _due().annotate(part=F("pk") % share.hosts).exclude(part=share.index).exists()


def _due() -> QuerySet[Job]:
    """The running jobs of the present gateway that are to be asked about now."""
    running = Job.objects.filter(status=Status.RUNNING, **gateway.present_gateway())
    return running.filter(next_step_at__lte=timezone.now())


def _line(share: Share, most: int) -> Sequence[int]:
    """The due jobs of the present gateway: this host's before others', the projects taking turns, the longest due
    first in each."""
    now, due = timezone.now(), _due()
    if share.hosts > 1:
        theirs = Case(When(part=share.index, then=Value(0)), default=Value(1))
        due = due.annotate(part=F("pk") % share.hosts).annotate(theirs=theirs)
        due = due.filter(Q(theirs=0) | Q(next_step_at__lte=now - timedelta(seconds=LEFT_ALONE)))
    else:
        due = due.annotate(theirs=Value(0))
    turn = Window(RowNumber(), partition_by=[F("theirs"), F("project")], order_by=["next_step_at", "pk"])
    return list(
        due.annotate(turn=turn).order_by("theirs", "turn", "next_step_at").values_list("pk", flat=True)[:most]
    )
