"""Each host looks at its own sweep, and reaches its own cluster: what other hosts do helps and harms nothing."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.tasks import async_task

from generation import host_queue
from generation.lifecycle.poll.heartbeats import heartbeat_name
from generation.models import Heartbeat, Job
from generation.supervision.processes.heartbeat_monitor import SWEEP, Patience, Pulse, heartbeat_age
from tests import factories
from tests.generation.supervision.conftest import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
QUICK = Patience(look=0.05, fresh=60, nudge=0.2, unanswered=1)


class OnePulse(Pulse):
    """Looks for as long as the test does; a real one ends with its process."""

    def run(self) -> None:
        while not self._stopping.wait(self._patience.look):
            self._safely(self._look)
        connection.close()


@contextmanager
def looking(host: str) -> Iterator[list[str]]:
    """Why the cluster of this host was to be restarted."""
    restarts: list[str] = []
    pulse = OnePulse(host, QUICK, lives=lambda: 1, restart=restarts.append)
    pulse.start()
    yield restarts
    pulse.stop()
    pulse.join()


@pytest.fixture
def queues() -> Iterator[Callable[[str], int]]:
    """How many messages wait for a host."""
    # Redis keeps what other tests have left.
    for host in ("aa", "bb", ""):
        host_queue.of_host(host).delete_queue()
    yield lambda host: host_queue.of_host(host).queue_size()
    for host in ("aa", "bb", ""):
        host_queue.of_host(host).delete_queue()


def beats(host: str, *, ahead: timedelta = timedelta(0)) -> None:
    Heartbeat.objects.update_or_create(
        name=heartbeat_name(host), defaults={"beat_at": timezone.now() + ahead}
    )


def test_a_hung_host_is_noticed_while_another_sweeps(queues) -> None:
    beats("bb")
    with looking("aa") as restarts:
        wait_for("a restart", lambda: restarts)
    assert queues("aa") > 0
    assert (queues("bb"), queues("")) == (0, 0)


def test_a_host_that_sweeps_is_left_alone(queues) -> None:
    beats("aa")
    with looking("aa") as restarts:
        time.sleep(1.5)
    assert restarts == []


def test_a_beat_of_before_the_clock_was_set_back_is_no_sign_of_life(queues) -> None:
    beats("aa", ahead=timedelta(hours=1))
    assert heartbeat_age() == float("inf")
    with looking("aa") as restarts:
        wait_for("a restart", lambda: restarts)
    assert queues("aa") > 0


@pytest.mark.parametrize(("token", "restarted"), [("aa", False), ("bb", True)])
def test_only_the_hosts_own_slots_count_as_busy(queues, alice, project, token, restarted) -> None:
    for number in range(4):
        factories.job(
            alice,
            project,
            status=Job.Status.STORING,
            lease_token=f"{token}{number}",
            next_step_at=timezone.now() + timedelta(seconds=60),
        )
    with looking("aa") as restarts:
        time.sleep(2)
    assert bool(restarts) is restarted


def test_the_freshest_beat_of_all_hosts_tells_whether_anybody_sweeps() -> None:
    assert heartbeat_age() == float("inf")
    Heartbeat.objects.create(name=heartbeat_name("aa"), beat_at=timezone.now() - timedelta(seconds=90))
    assert heartbeat_age() == pytest.approx(90, abs=5)
    Heartbeat.objects.create(name=heartbeat_name("bb"), beat_at=timezone.now())
    Heartbeat.objects.create(name="balance", beat_at=None)
    assert heartbeat_age() < 5


def test_a_message_for_a_host_reaches_that_host_alone_and_before_the_shared_ones(queues) -> None:
    async_task("generation.tasks.submit", 1)
    async_task(SWEEP, broker=host_queue.of_host("aa"))
    assert (queues("aa"), queues("bb"), queues("")) == (1, 0, 1)
    theirs, mine = host_queue.of_host("bb"), host_queue.of_host("aa")
    own = mine.dequeue()
    assert own
    mine.acknowledge(own[0][0])
    assert (queues("aa"), queues("")) == (0, 1)
    shared = theirs.dequeue()
    assert shared
    theirs.acknowledge(shared[0][0])
    assert queues("") == 0


def test_messages_for_hosts_that_are_gone_are_forgotten(queues) -> None:
    for host in ("aa", "bb"):
        async_task(SWEEP, broker=host_queue.of_host(host))
    async_task(SWEEP)
    host_queue.forget_all_but(["bb"])
    # Redis forgets them by itself, some minutes later.
    gone = 0 if hasattr(get_broker(), "timeout") else 1
    assert (queues("aa"), queues("bb"), queues("")) == (gone, 1, 1)
