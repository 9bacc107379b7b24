"""Poll: one sweep asks about everything that is due, in batches, and wakes what nobody woke.

A sweep runs for about a minute inside a queue worker. Only one runs at a time: it holds the lease of the heartbeat
row and renews it, and `manage.py worker` starts the next one when the beat grows old. Answers that change nothing
but progress are written with one fenced statement; only an end takes a transition of its own.
"""

import asyncio
import os
import secrets
import time
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_q.tasks import async_task

from generation import gateway
from generation.lifecycle import dispatch, pace
from generation.lifecycle.endings import fail, hold
from generation.lifecycle.leases import Lease, LeaseLost, claim_due, log, move, wake
from generation.models import Heartbeat, Job, LedgerEntry
from generation.skyreels import errors
from generation.skyreels.schemas import Task, TaskState

Status = Job.Status
Answer = Task | errors.SkyReelsError

BATCH = 100
CLIENTS = 5
POLL_LEASE = 15.0
# Longer than the slowest answer of a round, so that a live sweep keeps its lease.
BEAT_LEASE = 10.0
BEAT_EVERY = 1.0
IDLE = 0.25
WAKE_EVERY = 2.0
OVERDUE = 3.0
WOKEN_AGAIN = 15.0
MAX_STRANGE_ANSWERS = 5


def sweep(seconds: float = 55.0) -> None:
    """Ask and wake for so many seconds, unless another sweep does; then ask the queue for the next sweep."""
    beat = Beat.take()
    if beat is None:
        return
    rounds = Rounds()
    ends = time.monotonic() + seconds
    with asyncio.Runner() as runner:
        asker = runner.run(Asker.open())
        try:
            while beat.keep() and time.monotonic() < ends:
                polled = rounds.poll(runner, asker)
                rounds.wake_overdue()
                if not polled:
                    time.sleep(IDLE)
        finally:
            runner.run(asker.close())
    if beat.release():
        async_task("generation.tasks.sweep")


class Beat:
    """The lease of the one sweep, which is also the sign of life that supervisors and `/readyz` look at."""

    NAME = "sweep"

    def __init__(self, token: str) -> None:
        self.token = token
        self.kept_at = time.monotonic()

    @classmethod
    def take(cls) -> "Beat | None":
        """Become the one sweep, or None while another one lives.

        The token starts with the supervisor that this worker belongs to, so that it can end its sweep when it stops.
        """
        now = timezone.now()
        token = f"{os.environ.get('BACKLOT_WORKER_ID', '')}:{secrets.token_hex(16)}"
        Heartbeat.objects.get_or_create(name=cls.NAME)
        free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
        taken = Heartbeat.objects.filter(free, name=cls.NAME).update(
            token=token, beat_at=now, leased_until=now + timedelta(seconds=BEAT_LEASE)
        )
        return cls(token) if taken else None

    def keep(self) -> bool:
        """Renew the lease when it is time; False when it was taken away: stop."""
        if time.monotonic() - self.kept_at < BEAT_EVERY:
            return True
        now = timezone.now()
        self.kept_at = time.monotonic()
        return bool(self._mine().update(beat_at=now, leased_until=now + timedelta(seconds=BEAT_LEASE)))

    def release(self) -> bool:
        """Make room for the next sweep; False when the lease was taken away."""
        return bool(self._mine().update(token="", leased_until=None))

    def _mine(self) -> QuerySet[Heartbeat]:
        return Heartbeat.objects.filter(name=self.NAME, token=self.token)


class Asker:
    """Several clients of few connections each: one client with many spends its time in its own pool."""

    def __init__(self) -> None:
        self._pairs = [gateway.polling_client() for _ in range(CLIENTS)]

    @classmethod
    async def open(cls) -> "Asker":
        return cls()

    async def close(self) -> None:
        for http, _ in self._pairs:
            await http.aclose()

    async def ask(self, task_ids: Sequence[str]) -> list[Answer]:
        """The answers in the order of the ids; an error stands where there was no answer."""
        return await asyncio.gather(*(self._one(place, task_id) for place, task_id in enumerate(task_ids)))

    async def _one(self, place: int, task_id: str) -> Answer:
        try:
            return await self._pairs[place % CLIENTS][1].task(task_id)
        except errors.SkyReelsError as error:
            return error


class Rounds:
    """What a sweep does again and again."""

    def __init__(self) -> None:
        self._looked_at = 0.0
        self._woken: dict[int, float] = {}

    def poll(self, runner: asyncio.Runner, asker: Asker) -> int:
        """Ask about the due jobs that the request budget allows; how many were asked about."""
        running = Job.objects.filter(status=Status.RUNNING, **gateway.present_gateway())
        due = running.due()[:BATCH].count()
        granted = pace.take_requests(due) if due else 0
        if not granted:
            return 0
        leases = claim_due(Status.RUNNING, seconds=POLL_LEASE, most=granted)
        jobs = Job.objects.in_bulk([lease.job_id for lease in leases])
        answers = runner.run(asker.ask([jobs[lease.job_id].task_id for lease in leases]))
        take_answers(
            [(lease, jobs[lease.job_id], answer) for lease, answer in zip(leases, answers, strict=True)]
        )
        return len(leases)

    def wake_overdue(self) -> None:
        """Wake the steps whose message was lost, or whose worker died: the row tells, not the queue."""
        now = time.monotonic()
        if now - self._looked_at < WAKE_EVERY:
            return
        self._looked_at = now
        self._woken = {job: at for job, at in self._woken.items() if now - at < WOKEN_AGAIN}
        pace.look_at_balance()
        waiting = Job.objects.filter(status__in=[Status.QUEUED, Status.SUBMITTING, Status.STORING])
        overdue = waiting.filter(next_step_at__lte=timezone.now() - timedelta(seconds=OVERDUE))
        # Submitting and storing before queued: a long queue must not keep what is paid for from being woken.
        ordered = overdue.exclude(dispatch.resting()).order_by("-status", "next_step_at")
        for job_id, status in ordered.values_list("pk", "status")[:BATCH]:
            if job_id not in self._woken:
                self._woken[job_id] = now
                wake("store" if status == Status.STORING else "submit", job_id)


def take_answers(answered: Sequence[tuple[Lease, Job, Answer]]) -> None:
    """Write down what the provider said, each answer fenced by its lease."""
    going_on: list[tuple[Lease, str, int, float]] = []
    for lease, job, answer in answered:
        if isinstance(answer, Task) and answer.state is TaskState.PENDING:
            progress = job.progress if answer.progress is None else answer.progress
            going_on.append((lease, answer.status, progress, pace.poll_interval(_age(job))))
            continue
        try:
            _take_end(lease, job, answer)
        except LeaseLost:
            log.info("job %s: another worker went on with it", job.pk)
    _note_progress(going_on)


def _take_end(lease: Lease, job: Job, answer: Answer) -> None:
    if isinstance(answer, errors.SkyReelsError):
        _take_error(lease, job, answer)
    elif answer.state is TaskState.COMPLETED and answer.video_url:
        _completed(lease, answer)
    elif answer.state is TaskState.COMPLETED:
        _strange(lease, job, "The provider says that it is done, but names no video.")
    else:
        said = answer.error.message if answer.error else ""
        message = f"The provider could not render it: {said or answer.status}"
        code = answer.error.code if answer.error else ""
        fail(lease, message, code=code, money=LedgerEntry.State.REFUNDED)


def _completed(lease: Lease, task: Task) -> None:
    with transaction.atomic():
        move(
            lease,
            Status.STORING,
            "Rendered. Fetching the video.",
            after=0,
            provider_status=task.status[:40],
            progress=100,
            result_url=task.video_url,
            result_expires_at=task.expires_at,
            cost_usd=task.cost,
            rendered_at=timezone.now(),
            attempts=0,
            takeovers=0,
        )
        wake("store", lease.job_id)


def _take_error(lease: Lease, job: Job, error: errors.SkyReelsError) -> None:
    """A question without an answer changes nothing: the render goes on, and is asked about again."""
    if isinstance(error, errors.UnknownTask):
        _strange(lease, job, f"The provider does not know its task {job.task_id}.")
        return
    if isinstance(error, errors.Paused):
        pace.pause(error.message)
    delay = pace.back_off(job.attempts, asked=error.retry_after, most=60.0)
    text = f"No answer about the render: {error.message} Asking again in {delay:.0f} s."
    move(lease, Status.RUNNING, text, after=delay, attempts=job.attempts + 1)


def _strange(lease: Lease, job: Job, message: str) -> None:
    """An answer that cannot be right may be a hiccup: asked a few times more, then a person looks at it."""
    if job.attempts + 1 >= MAX_STRANGE_ANSWERS:
        hold(lease, f"{message} It said so {MAX_STRANGE_ANSWERS} times.")
    else:
        delay = pace.back_off(job.attempts)
        move(lease, Status.RUNNING, f"{message} Asking again.", after=delay, attempts=job.attempts + 1)


def _age(job: Job) -> float:
    """Seconds since the provider took it."""
    return (timezone.now() - (job.submitted_at or job.created_at)).total_seconds()


def _note_progress(rows: Sequence[tuple[Lease, str, int, float]]) -> None:
    """One fenced statement for all of them: writing one by one was half of a sweep's time."""
    if not rows:
        return
    now = timezone.now()
    values = [
        (
            status[:40],
            progress,
            connection.ops.adapt_datetimefield_value(now + timedelta(seconds=after)),
            lease.job_id,
            lease.token,
        )
        for lease, status, progress, after in rows
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE generation_job SET provider_status = %s, progress = %s, next_step_at = %s,"
            " lease_token = '', attempts = 0, takeovers = 0"
            " WHERE id = %s AND status = 'running' AND lease_token = %s",
            values,
        )
