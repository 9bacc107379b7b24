"""`manage.py worker`: whatever happens to its cluster, sweeping goes on, and nothing outlives the worker."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from tests.generation.supervision.conftest import LONG_AGO, PATIENT, Place, children_of, wait_for

pytestmark = pytest.mark.system

IMPATIENT = """
import asyncio, os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from generation.supervision.processes.worker import supervise
from generation.supervision.processes.heartbeat_monitor import Patience
asyncio.run(supervise(Patience(look=0.2, fresh=2, nudge=0.5, unanswered=5, grace=1.5)))
"""


class Cluster:
    """The processes of a worker's cluster as they are now."""

    def __init__(self, worker: subprocess.Popen[bytes]) -> None:
        [self.main] = children_of(worker.pid)
        [self.sentinel] = children_of(self.main)
        self.pool = children_of(self.sentinel)

    def all(self) -> list[int]:
        return [self.main, self.sentinel, *self.pool]


@contextmanager
def working(place: Place, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that has begun to sweep, and is asked to end afterwards."""
    worker = place.start(*command)
    try:
        wait_for("a first sweep", lambda: place.beat_after(LONG_AGO))
        yield worker
    finally:
        worker.terminate()
        code = worker.wait(timeout=PATIENT)
    assert code == 0, place.said()
    assert place.processes() == []


def kill_main(cluster: Cluster) -> None:
    os.kill(cluster.main, signal.SIGKILL)


def kill_sentinel(cluster: Cluster) -> None:
    os.kill(cluster.sentinel, signal.SIGKILL)


def kill_the_pool(cluster: Cluster) -> None:
    """An idle worker among them held the lock of the shared queue, so those that replace them hang for good."""
    for pid in cluster.pool:
        os.kill(pid, signal.SIGKILL)


def freeze(cluster: Cluster) -> None:
    """Alive by its own word, deaf to SIGTERM, and nothing is done."""
    for pid in cluster.all():
        os.kill(pid, signal.SIGSTOP)


@pytest.mark.parametrize("harm", [kill_main, kill_sentinel, kill_the_pool, freeze])
def test_sweeping_goes_on_after(harm: Callable[[Cluster], None], furnished: Place) -> None:
    with working(furnished, "-c", IMPATIENT) as worker:
        cluster = Cluster(worker)
        harm(cluster)
        harmed = datetime.now(UTC)

        wait_for("sweeping to go on", lambda: furnished.beat_after(harmed))

        # A hung cluster is replaced, and nothing of the old one works on beside the new one.
        now = Cluster(worker)
        assert cluster.main != now.main
        assert set(furnished.processes()) == {worker.pid, *now.all()}
        # Messages that the dead had taken along are forgotten: in the end only the sweep that runs has one.
        wait_for("nudges to be used up", lambda: furnished.one("SELECT count(*) FROM django_q_ormq") == 1)


def test_a_worker_killed_with_9_takes_its_cluster_along(furnished: Place) -> None:
    worker = furnished.start("manage.py", "worker")
    wait_for("a first sweep", lambda: furnished.beat_after(LONG_AGO))
    worker.kill()
    worker.wait()
    wait_for("everything to end", lambda: furnished.processes() == [])
    assert furnished.processes() == []


def test_a_database_that_does_not_answer_is_said_once_and_waited_for(furnished: Place) -> None:
    furnished.one("ALTER TABLE generation_heartbeat RENAME TO elsewhere")
    worker = furnished.start("-c", IMPATIENT)
    wait_for("a complaint", lambda: "cannot look at the sweep" in furnished.said())
    furnished.one("ALTER TABLE elsewhere RENAME TO generation_heartbeat")

    wait_for("a first sweep", lambda: furnished.beat_after(LONG_AGO))

    worker.terminate()
    assert worker.wait(timeout=PATIENT) == 0
    assert furnished.said().count("cannot look at the sweep") == 1
