"""Worker hosts share the polling: nothing is asked twice at once, the work is even, and no time sees too much.

The sandbox's log is the proof. On PostgreSQL three hosts, on SQLite one. `MANY_HOSTS_JOBS` is the number of jobs:
2,000 by `make faults`, few with the rest of the tests. The renders fail in the end, which costs no drawing.
"""

import json
import os
import random
from bisect import bisect_left
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from generation.lifecycle.poll import heartbeats
from generation.lifecycle.poll.poll_client import GRANT_TTL_S
from generation.lifecycle.queue import rate_limit
from generation.models import Heartbeat, Job
from generation.sandbox.faults import Fault
from generation.sandbox.rules import read_request
from tests import factories
from tests.worker_host import WorkerHost, wait_for

pytestmark = pytest.mark.system
Status = Job.Status

JOBS = int(os.environ.get("MANY_HOSTS_JOBS", "150"))
# So few that they are short from the first to the last moment.
RPM = max(900, JOBS)
# Renders take so many seconds, or up to three times as many.
SHORTEST = 3 + JOBS / 160
# What may go out at once and then at the even rate, some of it late.
TEN_SECONDS = RPM * (rate_limit.BURST_SHARE + rate_limit.REFILL_SHARE * (10 + GRANT_TTL_S) / 60)
SUBMITS = 6
HOSTS = 3 if connection.vendor == "postgresql" else 1
# Of few polls chance and a loaded machine have a larger share: the promise is about thousands.
FAIR = 0.2 if JOBS >= 2000 else 0.7


@pytest.fixture
def hosts(transactional_db, s3):
    """Started worker hosts that all sweep."""
    made = [WorkerHost(f"host-{number}.log", SKYREELS_RPM=str(RPM)) for number in range(HOSTS)]
    try:
        for host in made:
            host.start()
        wait_for(_all_sweep, seconds=120)
        yield made
    finally:
        for host in made:
            print(host.log.read_text()[-2000:])
            host.stop()


def _all_sweep() -> bool:
    just_now = timezone.now() - timedelta(seconds=5)
    return heartbeats.heartbeats().filter(beat_at__gt=just_now).count() == HOSTS


def test_hosts_share_the_polling(hosts, alice, project, queue_job, sandbox, tally) -> None:
    sandbox.requests.clear()
    sandbox.add_fault("submit", "fail_task", times=None)
    queued = [queue_job(f"sent in between, {number}") for number in range(SUBMITS)]
    _render(JOBS, sandbox, alice, project)
    wait_for(lambda: not Job.objects.filter(status__in=Job.Status.active).exists(), seconds=600, every=0.5)

    assert Job.objects.filter(status=Status.FAILED).count() == JOBS + SUBMITS
    log = sandbox.log()
    asked = [entry for entry in log if entry["path"].startswith("/v1/tasks/")]
    sent = [entry for entry in log if entry["method"] == "POST"]
    by_host = Counter(entry["agent"] for entry in asked)
    moments = [entry["time"] for entry in (*asked, *sent)]
    minute, ten_seconds = _most_within(60, moments), _most_within(10, moments)
    tally(
        f"{HOSTS} hosts on {connection.vendor}: {JOBS} jobs, {len(asked)} polls by {sorted(by_host.values())}, "
        f"{len(sent)} submits, {minute} in the fullest minute of {RPM}, {ten_seconds} in the fullest ten seconds "
        f"of {TEN_SECONDS:.0f}, asked twice at once: {len(_asked_twice_at_once(asked))}"
    )
    assert _asked_twice_at_once(asked) == []
    assert minute <= RPM
    assert ten_seconds <= TEN_SECONDS
    assert len(sent) == len(queued)
    even = len(asked) / HOSTS
    assert len(by_host) == HOSTS
    assert all(abs(count - even) <= FAIR * even for count in by_host.values()), by_host
    assert Heartbeat.objects.filter(name__startswith=heartbeats.SWEEP).count() == HOSTS


def _render(count, sandbox, alice, project) -> None:
    """Tasks at the sandbox that end within seconds, and the jobs that wait for them, all at once."""
    body = json.dumps({"model": "skyreels-v4-fast", "prompt": "one of many", "duration": 3}).encode()
    chance = random.Random(11)
    with transaction.atomic():
        for _ in range(count):
            faults = {
                "fail_task": Fault("submit", "fail_task"),
                "slow_task": Fault(
                    "submit", "slow_task", details={"seconds": chance.uniform(SHORTEST, 3 * SHORTEST)}
                ),
            }
            task, _ = sandbox.task_service.create_task(read_request(json.loads(body)), body, None, faults)
            now = timezone.now()
            factories.job(
                alice,
                project,
                status=Status.RUNNING,
                task_id=task.id,
                provider="sandbox",
                base_url=settings.SKYREELS_BASE_URL,
                submitted_at=now,
                next_step_at=now,
            )


def _asked_twice_at_once(asked) -> list[str]:
    """The tasks about which a question began before the last one had its answer."""
    until: dict[str, float] = {}
    twice = []
    for entry in sorted(asked, key=lambda entry: entry["time"]):
        if entry["time"] < until.get(entry["path"], 0):
            twice.append(entry["path"])
        until[entry["path"]] = entry["time"] + entry["seconds"]
    return twice


def _most_within(seconds, moments) -> int:
    ordered = sorted(moments)
    return max(bisect_left(ordered, start + seconds) - place for place, start in enumerate(ordered))
