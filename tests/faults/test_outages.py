"""A part is away for a while, or the clock is set back: no job is lost, and the house goes on by itself.

For some seconds with the rest of the tests, where leases are then made to lapse; by `make faults` for half a minute,
and nothing is helped along.
"""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import httpx
import pytest
from django.db import connection
from django.utils import timezone

from generation import api_tokens
from generation.models import Heartbeat, Job
from tests.faults import outages
from tests.faults.accounting import account, assert_all_accounted_for, leases_lapse
from tests.faults.customer import Customer
from tests.free_ports import free_port
from tests.killable import web_service
from tests.worker_host import WorkerHost, wait_for

pytestmark = pytest.mark.system
Status = Job.Status
IS_FULL = "BACKLOT_FAULTS_FULL" in os.environ
AWAY_FOR = 30.0 if IS_FULL else 4.0
# What keeps a job in the state in which the outage finds it; each step then comes to its end in the middle of it.
IN_THE_MIDDLE = AWAY_FOR / 2
STATES = {
    Status.STORING: ("download", "delay"),
    Status.RUNNING: ("submit", "slow_task"),
    Status.SUBMITTING: ("submit", "delay"),
}
# Longer than any lease and any pause between tries that half a minute can lead to.
BACK_TO_WORK = 120


class House:
    """A worker host beside the test, and jobs in every state."""

    def __init__(self, queue_job: Callable[[str], Job], sandbox, tally: Callable[[str], None]) -> None:
        self.asked: list[str] = []
        self._queue_job, self._sandbox, self._tally = queue_job, sandbox, tally
        self._host: WorkerHost | None = None
        self._before = len(sandbox.tasks())

    def open(self, **environment: str) -> WorkerHost:
        self._host = WorkerHost("outage.log", **environment)
        self._host.start()
        wait_for(sweeps, seconds=60)
        return self._host

    def close(self) -> None:
        if self._host is not None:
            self._host.stop()

    def begin(self) -> None:
        """One job that is being stored, one that renders, one that is being sent, and some that wait."""
        for state, (at, kind) in STATES.items():
            prompt = f"{state} when it began"
            self._sandbox.add_fault(at, kind, match=prompt, seconds=IN_THE_MIDDLE)
            job = self.queue(prompt)
            wait_for(lambda job=job, state=state: Job.objects.get(pk=job.pk).status == state)
        for number in range(3):
            self.queue(f"waiting when it began, {number}")

    def queue(self, prompt: str) -> Job:
        self.asked.append(prompt)
        return self._queue_job(prompt)

    def goes_on(self, after: str) -> int:
        """Everything comes to its end, and is told in the closing lines; how many takes came of it."""
        back = time.monotonic()
        if not IS_FULL:
            leases_lapse()
        wait_for(nothing_in_hand, seconds=BACK_TO_WORK, every=0.2)
        found = account(self.asked, self._sandbox.tasks()[self._before :])
        took = time.monotonic() - back
        self._tally(f"{after} on {connection.vendor}, all done {took:.0f} s later: {found}")
        assert_all_accounted_for(found)
        return found["takes"]


@pytest.fixture
def house(transactional_db, s3, queue_job, sandbox, tally):
    made = House(queue_job, sandbox, tally)
    yield made
    made.close()


def sweeps() -> bool:
    just_now = timezone.now() - timedelta(seconds=2)
    return Heartbeat.objects.filter(name__startswith="sweep", beat_at__gt=just_now).exists()


def nothing_in_hand() -> bool:
    return not Job.objects.filter(status__in=Job.Status.active).exists()


def test_the_database_is_away(house, alice, project):
    """Worker and web lose it in the middle of everything; what the web was asked for meanwhile is asked for again.

    Without idempotent repeats a task that was not written down would be held for a person.
    """
    database = outages.Database(short=not IS_FULL)
    host = house.open(**database.environment, SKYREELS_IDEMPOTENT="false")
    port = free_port()
    web = web_service(port, host.surroundings())
    web.start()
    try:
        customer = Customer(f"http://127.0.0.1:{port}", api_tokens.make(user=alice, name="customer")[1])
        house.begin()
        with database.away():
            left = time.monotonic() + AWAY_FOR
            assert httpx.get(f"{customer.url}/healthz", trust_env=False).status_code == 200
            # On SQLite the web may wait for the lock for longer than the customer waits for the web.
            assert customer.try_once("asked for in vain") in {0, *range(500, 600)}
            time.sleep(max(0.0, left - time.monotonic()))
        customer.ask("asked for in vain")
        house.asked += customer.asked
        assert house.goes_on(f"database away for {AWAY_FOR:.0f} s") == len(house.asked)
    finally:
        web.kill()


def test_the_bucket_does_not_answer_or_refuses(house, s3):
    """Each way of saying no in turn, the last of them while rendered videos wait for the bucket."""
    house.open()
    ways = [
        partial(outages.bucket_away, s3),
        partial(outages.bucket_refusing, s3, 503, "SlowDown"),
        partial(outages.bucket_refusing, s3, 507, "InsufficientStorage"),
        partial(outages.bucket_refusing, s3, 403, "AccessDenied"),
    ]
    house.begin()
    for away in ways:
        with away():
            job = house.queue(f"a job while the bucket is away, {len(house.asked)}")
            time.sleep(AWAY_FOR if IS_FULL else 0)
            wait_for(partial(was_refused, job), seconds=60)
    assert house.goes_on("bucket away and refusing") == len(house.asked)


def was_refused(job: Job) -> bool:
    return job.events.filter(data__problems__0__code="storage_failed").exists()


def test_the_disk_is_full(house):
    """On SQLite the database cannot grow either."""
    host = house.open()
    house.begin()
    with outages.disk_full(host, room=4096):
        time.sleep(AWAY_FOR)
    assert house.goes_on(f"disk full for {AWAY_FOR:.0f} s") == len(house.asked)


def test_the_queue_is_lost_again_and_again(house):
    """Not one message lives for long: the rows alone tell what there is to do."""
    house.open()
    house.begin()
    with outages.losing_the_queue(every=0.2):
        time.sleep(AWAY_FOR)
        house.queue("queued while messages are lost")
        time.sleep(0.5)
    assert house.goes_on(f"queue lost for {AWAY_FOR:.0f} s") == len(house.asked)


def test_a_lost_wake_up_is_made_good_without_another(house):
    """The message is taken out of the queue before anybody has seen it, for a submit and for a store."""
    waiting, rendered = house.queue("never woken to be sent"), house.queue("never woken to be stored")
    outages.lose_the_queue()
    Job.objects.filter(pk=rendered.pk).update(next_step_at=timezone.now() + timedelta(minutes=10))
    house.open()
    wait_for(lambda: Job.objects.get(pk=waiting.pk).status != Status.QUEUED, seconds=60)
    leases_lapse()
    assert house.goes_on("wake-ups lost") == len(house.asked)


def test_the_clock_is_set_back_by_an_hour(house):
    """All that was written lies an hour ahead, and nobody waits for an hour."""
    house.open()
    house.begin()
    outages.clock_goes_back(timedelta(hours=1))
    wait_for(nothing_in_hand, seconds=BACK_TO_WORK, every=0.2)
    assert house.goes_on("clock set back an hour") == len(house.asked)


def test_a_new_worker_starts_after_the_clock_was_set_back(house):
    """The sweep that died has its lease for an hour by the clock, and its beat lies in the future."""
    host = house.open()
    house.begin()
    host.kill()
    outages.clock_goes_back(timedelta(hours=1))
    host.start()
    soon = timezone.now() + timedelta(minutes=45)
    wait_for(lambda: not Job.objects.filter(next_step_at__gt=soon).exists())
    assert house.goes_on("clock set back an hour while no worker ran") == len(house.asked)
