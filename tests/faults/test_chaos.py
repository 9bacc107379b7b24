"""Anything is killed or stopped at any time, and each job is accounted for: a take, a refusal, or held with a reason.

Jobs come in over the web, whose client sends again with the same key when it hears nothing. Few jobs with the rest of
the tests; 200, with sleeps longer than every lease, by `make faults`.
"""

import itertools
import os
import time
from collections import Counter
from datetime import timedelta
from io import StringIO

import httpx
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from generation import tokens
from generation.management.commands import storage_audit
from generation.models import Job, Take
from generation.supervision import ports
from library import storage
from tests.faults.chaos import Chaos
from tests.services import web_service
from tests.worker_host import WorkerHost, wait_for

pytestmark = pytest.mark.slow
Status = Job.Status
IS_FULL = "BACKLOT_FAULTS_FULL" in os.environ
JOBS = 200 if IS_FULL else 8
# Longer than the longest lease, which is 30 s; in the short run the lease is made to lapse instead.
STOPPED_FOR = 40.0 if IS_FULL else 3.0
EVERY = 2.0
SEED = 5
WAIT = 1800 if IS_FULL else 240


@pytest.fixture
def house(transactional_db, s3):
    """Worker host, web and S3, each in processes of its own, and the blows that they are dealt."""
    host = WorkerHost("chaos.log")
    port = ports.next_free(["127.0.0.1"], 20_000 + os.getpid() % 10_000)
    web = web_service(port, host.surroundings())
    web.start()
    host.start()
    yield Chaos(host, web, s3, seed=SEED, stopped_for=STOPPED_FOR), f"http://127.0.0.1:{port}"
    web.kill()
    host.stop()


def test_whatever_is_killed_each_job_is_accounted_for(house, alice, project, sandbox, tally) -> None:
    chaos, url = house
    sandbox.add_fault("submit", "delay", times=None, seconds=0.3)
    sandbox.add_fault("submit", "slow_task", times=None, seconds=2)
    sandbox.add_fault("download", "delay", times=None, seconds=0.3)
    sandbox.add_fault("submit", "drop_after", times=JOBS // 8)
    sandbox.add_fault("submit", "fail_task", times=None, match="refused")
    before = len(sandbox.tasks())

    _, secret = tokens.make(user=alice, name="chaos")
    asked = iter(range(JOBS))
    struck_at, ends = time.monotonic(), time.monotonic() + WAIT
    while Job.objects.filter(status__in=Job.IN_HAND).exists() or Job.objects.count() < JOBS:
        assert time.monotonic() < ends, Counter(Job.objects.values_list("status", flat=True))
        for number in itertools.islice(asked, 2):
            queue(url, secret, number)
        if time.monotonic() - struck_at > EVERY and Job.objects.filter(status__in=Job.IN_HAND).exists():
            chaos.strike()
            struck_at = time.monotonic()
            if not IS_FULL:
                leases_lapse()
        if sum(chaos.struck.values()) >= JOBS:
            chaos.end()
            break
        time.sleep(0.1)
    for number in asked:
        queue(url, secret, number)
    chaos.end()
    wait_for(lambda: not Job.objects.filter(status__in=Job.IN_HAND).exists(), seconds=WAIT, every=0.5)

    found = counts(sandbox.tasks()[before:])
    tally(f"chaos on {connection.vendor}: {found}; blows: {dict(chaos.struck)}")
    assert found["jobs"] == JOBS == found["takes"] + found["refused"] + found["held"]
    for never in ("lost", "submitted twice", "stored twice", "events after the end", "takes without file"):
        assert found[never] == 0, never
    assert orphans_after_the_audit() == 0


def queue(url: str, secret: str, number: int) -> None:
    """Ask for a job until there is an answer; the key makes it one job however often it was asked for."""
    prompt = f"chaos {number}, {'refused' if number % 10 == 9 else 'a harbour at dusk'}"
    wish = {"model": "skyreels-v4-fast", "prompt": prompt, "duration": 3, "project": "harbour-lights"}
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": f"chaos-{number}"}
    for _ in range(60):
        try:
            answer = httpx.post(f"{url}/api/v1/jobs", json=wish, headers=headers, trust_env=False, timeout=20)
        except httpx.HTTPError:
            time.sleep(0.5)
            continue
        if answer.status_code == httpx.codes.CREATED:
            return
        assert answer.status_code >= 500 or answer.status_code == 409, answer.text
        time.sleep(0.5)
    raise AssertionError("the web did not come back")


def leases_lapse() -> None:
    """The time passes for which claims hold."""
    Job.objects.exclude(lease_token="").filter(next_step_at__isnull=False).update(next_step_at=timezone.now())


def counts(tasks: list[dict[str, object]]) -> dict[str, int]:
    """What became of all of it."""
    ended = Counter(Job.objects.values_list("status", flat=True))
    submits = Counter(str(task["idempotency_key"])[:44] for task in tasks)
    takes = Counter(Take.objects.values_list("job", flat=True))
    after = 0
    for job in Job.objects.filter(status__in=Job.FINISHED):
        told = list(job.events.values_list("status", flat=True))
        after += len(told) - 1 - next(place for place, status in enumerate(told) if status in Job.FINISHED)
    return {
        "jobs": Job.objects.count(),
        "takes": ended[Status.SUCCEEDED],
        "refused": ended[Status.FAILED],
        "held": Job.objects.filter(status=Status.HELD).exclude(held_reason="").count(),
        "lost": Job.objects.filter(status=Status.SUCCEEDED, take=None).count(),
        "submitted twice": sum(1 for count in submits.values() if count > 1),
        "stored twice": sum(1 for count in takes.values() if count > 1),
        "events after the end": after,
        "takes without file": sum(
            1 for key in Take.objects.values_list("key", flat=True) if not storage.exists(key)
        ),
    }


def orphans_after_the_audit() -> int:
    """Objects without a row that `storage_audit --fix` leaves, young ones included."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage_audit, "AGE", timedelta(0))
        call_command("storage_audit", fix=True, stdout=StringIO())
        left = StringIO()
        call_command("storage_audit", stdout=left)
    return int(left.getvalue().rpartition("\n")[0].rpartition("\n")[2].split()[0])
