"""How soon the end of a render is seen, by how many questions, and what a question costs.

By a simulated clock, by a real run with renders of one to three minutes, by one with calls of the provider, and beside
the design with one queue message for each question.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from statistics import fmean, median, quantiles

import psutil
import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from generation.models import Job, RenderTime, Take
from generation.sandbox.faults import Fault
from generation.sandbox.rules import read_request
from tests import factories
from tests.generation.lifecycle.render_times.test_poll_schedule import simulated
from tests.worker_host import WorkerHost, wait_for

RENDERS, CALLED = 40, 20
SHORTEST, LONGEST = 60.0, 180.0
MANY, NAIVE, SECONDS = 1500, 300, 15.0

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hosts(transactional_db, s3) -> Iterator[Callable[..., WorkerHost]]:
    """Starts worker hosts with an environment."""
    made: list[WorkerHost] = []

    def start(**environment: str) -> WorkerHost:
        made.append(WorkerHost(**environment))
        made[-1].start()
        return made[-1]

    yield start
    for host in made:
        host.stop()


def test_by_a_simulated_clock() -> None:
    """Three thousand renders of one sort, one after the other."""
    seen = simulated(lambda chance: chance.uniform(SHORTEST, LONGEST))
    print(f"\nsimulated, renders of {SHORTEST:.0f} to {LONGEST:.0f} s: {seen}")
    assert median(seen.lags) <= 3
    assert seen.p95 <= 6
    assert fmean(seen.looks) <= 12


def test_by_a_real_run(hosts, queue_job, sandbox) -> None:
    """Renders of one to three minutes in real time, of which the worker knows forty others."""
    chance = random.Random(2)
    learnt = [chance.uniform(SHORTEST, LONGEST) for _ in range(40)]
    RenderTime.objects.create(model="skyreels-v4-fast", resolution="480p", duration=3, samples=learnt)
    hosts()
    times = [SHORTEST + (LONGEST - SHORTEST) * (place + 0.5) / RENDERS for place in range(RENDERS)]
    chance.shuffle(times)
    lags, fetched, polls = _run(queue_job, sandbox, "timed", times)
    _print(f"real run, {RENDERS} renders of {SHORTEST:.0f} to {LONGEST:.0f} s", lags, fetched, polls)
    assert median(lags) <= 3
    assert _p95(lags) <= 6
    assert fmean(polls) <= 12


def test_with_calls_of_the_provider(hosts, queue_job, sandbox, live_server) -> None:
    """The provider calls when a render has ended."""
    hosts(SKYREELS_WEBHOOKS="true", BACKLOT_PUBLIC_URL=live_server.url)
    chance = random.Random(3)
    times = [chance.uniform(15, 40) for _ in range(CALLED)]
    lags, fetched, polls = _run(queue_job, sandbox, "called", times)
    _print(f"with calls, {CALLED} renders of 15 to 40 s", lags, fetched, polls)
    assert median(lags) <= 1
    assert max(polls) <= 2


def test_what_a_question_costs(hosts, alice, project, sandbox) -> None:
    """As many questions as the machine can ask, by the sweep and by one message each."""
    pks = _render_for_long(MANY, sandbox, alice, project)
    ours = hosts(SKYREELS_RPM="100000")
    wait_for(lambda: _questions(sandbox) > MANY // 2, seconds=120)
    sweep = _cost(ours.processes()[0], sandbox, until=lambda began, _: time.monotonic() - began > SECONDS)
    ours.stop()

    naive = _naive_cost("ask", pks[:NAIVE], sandbox)
    eased = _naive_cost("ask_with_certificates_at_hand", pks[:NAIVE], sandbox)
    print(f"\nquestions for each CPU second: {sweep:.0f} by the sweep, {naive:.1f} by a message each")
    print(f"  {sweep / naive:.1f} times as many")
    print(
        f"  {eased:.1f} by a message each whose process has read the certificates: {sweep / eased:.1f} times"
    )
    assert sweep >= 10 * naive


def _naive_cost(task: str, pks: list[int], sandbox) -> float:
    for pk in pks:
        async_task(f"tests.benchmarks.naive_polling.{task}", pk)
    command = [sys.executable, "manage.py", "qcluster"]
    sandbox.requests.clear()
    cluster = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=WorkerHost().surroundings(), stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: _questions(sandbox) > len(pks) // 10, seconds=120)
        return _cost(psutil.Process(cluster.pid), sandbox, until=lambda _, asked: asked >= len(pks) * 0.8)
    finally:
        cluster.terminate()
        cluster.wait(timeout=20)


def _run(queue_job, sandbox, name: str, times: list[float]) -> tuple[list[float], list[float], list[int]]:
    """Seconds from completed to seen and to the take, and polls, of jobs that render for so long."""
    for number, seconds in enumerate(times):
        sandbox.add_fault("submit", "slow_task", match=f"{name} {number}.", seconds=seconds)
    for number in range(len(times)):
        queue_job(f"{name} {number}.")
    wait_for(lambda: Take.objects.count() == len(times), seconds=400, every=0.5)
    completed = {task["id"]: task["completed"] for task in sandbox.tasks()}
    takes = Take.objects.select_related("job")
    ended = {take.job_id: completed[take.job.task_id] for take in takes}
    lags = sorted(take.job.rendered_at.timestamp() - ended[take.job_id] for take in takes)
    fetched = sorted(take.created_at.timestamp() - ended[take.job_id] for take in takes)
    return lags, fetched, sorted(take.job.polls for take in takes)


def _render_for_long(count: int, sandbox, alice, project) -> list[int]:
    """Jobs that are asked about, and go on."""
    body = json.dumps({"model": "skyreels-v4-fast", "prompt": "one of many", "duration": 3}).encode()
    faults = {
        "fail_task": Fault("submit", "fail_task"),
        "slow_task": Fault("submit", "slow_task", details={"seconds": 3600}),
    }
    place = {"provider": "sandbox", "base_url": settings.SKYREELS_BASE_URL}
    with transaction.atomic():
        return [
            factories.job(
                alice,
                project,
                status=Job.Status.RUNNING,
                task_id=sandbox.task_service.create_task(read_request(json.loads(body)), body, None, faults)[
                    0
                ].id,
                submitted_at=timezone.now() - timedelta(seconds=5),
                next_step_at=timezone.now(),
                **place,
            ).pk
            for _ in range(count)
        ]


def _questions(sandbox) -> int:
    return sum(entry["path"].startswith("/v1/tasks/") for entry in sandbox.log())


def _cost(head: psutil.Process, sandbox, *, until: Callable[[float, int], bool]) -> float:
    """Questions for each CPU second of a process and all below it, from now until it is enough."""
    sandbox.requests.clear()
    began, before = time.monotonic(), _cpu(head)
    spent = dict(before)
    while not until(began, _questions(sandbox)):
        assert time.monotonic() - began < 120
        time.sleep(0.05)
        spent |= _cpu(head)  # one that has ended meanwhile keeps what it had spent
    return _questions(sandbox) / (sum(spent.values()) - sum(before.values()))


def _cpu(head: psutil.Process) -> dict[int, float]:
    """CPU seconds by process."""
    found = {}
    for process in [head, *head.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            found[process.pid] = sum(process.cpu_times()[:2])
    return found


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


def _print(what: str, lags: list[float], fetched: list[float], polls: list[int]) -> None:
    print(f"\n{what}")
    for name, values in (("seen", lags), ("fetched", fetched)):
        print(f"  {name}: median {median(values):.2f} s, 95th {_p95(values):.2f} s, most {max(values):.2f} s")
    print(f"  polls: {fmean(polls):.1f} for each job, {max(polls)} at most")
