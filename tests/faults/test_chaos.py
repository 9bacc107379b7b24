"""Anything is killed or stopped at any time, and each job is accounted for: a take, a refusal, or held with a reason.

Jobs come in over the web, whose customer asks again with the same key when it hears nothing. Few jobs with the rest of
the tests; 200, with sleeps longer than every lease, by `make faults`.
"""

import itertools
import os
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from generation import api_tokens
from generation.lifecycle.poll import heartbeats
from generation.models import Job
from tests.faults.accounting import account, assert_all_accounted_for, leases_lapse, orphans_after_the_audit
from tests.faults.chaos import Chaos
from tests.faults.customer import Customer
from tests.free_ports import free_port
from tests.killable import web_service
from tests.worker_host import WorkerHost, wait_for

pytestmark = pytest.mark.system
IS_FULL = "BACKLOT_FAULTS_FULL" in os.environ
JOBS, BLOWS = (200, 100) if IS_FULL else (8, 6)
# Longer than the longest lease, which is 30 s; in the short run the leases are made to lapse instead.
STOPPED_FOR = 40.0 if IS_FULL else 3.0
# The next blow falls when there was work since the last one, or after so long without any: on a slow machine nothing
# would ever come to its start otherwise.
EVERY, AT_LEAST_EVERY = (2.0, 20.0) if IS_FULL else (1.0, 5.0)
SEED = 5
WAIT = 1800 if IS_FULL else 240
# One job in so many is turned down when it is sent, one is taken and fails, one is taken without an answer.
ONE_IN = 8


@pytest.fixture
def house(transactional_db, s3):
    """Worker host, web and S3, each in processes of its own, and the blows that they are dealt."""
    host = WorkerHost("chaos.log")
    port = free_port()
    web = web_service(port, host.surroundings())
    web.start()
    host.start()
    yield Chaos(host, web, s3, seed=SEED, stopped_for=STOPPED_FOR), f"http://127.0.0.1:{port}"
    web.kill()
    host.stop()


@pytest.fixture
def provider(sandbox):
    """Slow enough to be caught in the middle of anything, and not always willing."""
    for at, seconds in (("submit", 0.3), ("download", 0.3)):
        sandbox.add_fault(at, "delay", times=None, seconds=seconds)
    sandbox.add_fault("submit", "slow_task", times=None, seconds=2)
    sandbox.add_fault("submit", "fail_task", times=None, match="that fails")
    # Before the dropped answers: what is turned down has not made a task.
    refusal = {"status": 422, "code": "invalid_parameter"}
    sandbox.add_fault("submit", "status", times=None, match="that is turned down", **refusal)
    sandbox.add_fault("submit", "drop_after", times=JOBS // ONE_IN)
    return sandbox


def prompt_of(number: int) -> str:
    kinds = {ONE_IN - 1: "a job that fails", ONE_IN - 2: "a job that is turned down"}
    return f"{kinds.get(number % ONE_IN, 'a harbour at dusk')}, {number}"


def test_whatever_is_killed_each_job_is_accounted_for(house, alice, project, provider, tally) -> None:
    chaos, url = house
    before, began = len(provider.tasks()), time.monotonic()
    _, secret = api_tokens.make(user=alice, name="chaos")
    customer, numbers = Customer(url, secret), iter(range(JOBS))

    struck_at = time.monotonic()
    while sum(chaos.struck.values()) < BLOWS and (len(customer.asked) < JOBS or in_hand()):
        assert time.monotonic() - began < WAIT, Counter(Job.objects.values_list("status", flat=True))
        for number in itertools.islice(numbers, 1):
            customer.ask(prompt_of(number))
        since = time.monotonic() - struck_at
        if since > EVERY and in_hand() and (has_swept(since) or since > AT_LEAST_EVERY):
            chaos.strike()
            struck_at = time.monotonic()
            if not IS_FULL:
                leases_lapse()
        time.sleep(0.1)
    chaos.end()
    for number in numbers:
        customer.ask(prompt_of(number))
    wait_for(lambda: not in_hand(), seconds=WAIT, every=0.5)

    found = account(customer.asked, provider.tasks()[before:])
    found["orphans after the audit"] = orphans_after_the_audit()
    blows, took = dict(chaos.struck), time.monotonic() - began
    tally(f"chaos on {connection.vendor} in {took:.0f} s: {found}; blows: {blows}")
    assert len(customer.asked) == found["jobs"] == JOBS
    assert_all_accounted_for(found)
    assert found["orphans after the audit"] == 0
    assert found["refused"] == sum("a job that" in prompt for prompt in customer.asked)


def has_swept(within: float) -> bool:
    """Whether a sweep showed itself in the last so many seconds."""
    return heartbeats.heartbeats().filter(beat_at__gt=timezone.now() - timedelta(seconds=within)).exists()


def in_hand() -> bool:
    return Job.objects.filter(status__in=Job.Status.active).exists()
