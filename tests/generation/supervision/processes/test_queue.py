"""What the queue reads of our settings, and what it makes of a schedule that nobody kept for long."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.models import Schedule
from django_q.scheduler import scheduler

from generation.supervision.processes.heartbeat_monitor import SCHEDULE, SWEEP, ensure_schedule


def test_no_message_waits_behind_another_where_its_time_runs_out() -> None:
    """What a cluster has taken along and not begun would be given out again."""
    assert Conf.QUEUE_LIMIT == Conf.WORKERS
    assert Conf.RETRY >= 4 * Conf.TIMEOUT


def test_neither_successes_nor_tries_are_kept_by_the_queue() -> None:
    assert (Conf.SAVE_LIMIT, Conf.MAX_ATTEMPTS, Conf.ACK_FAILURES) == (-1, 1, True)


@pytest.mark.django_db
def test_hosts_that_start_at_once_stop_nobody_by_the_schedules_that_each_of_them_made() -> None:
    ensure_schedule()
    first = set(Schedule.objects.all())
    for name, (task, _) in SCHEDULE.items():
        Schedule.objects.create(name=name, func=task)
    ensure_schedule()
    assert set(Schedule.objects.all()) == first
    assert len(first) == len(SCHEDULE)


@pytest.mark.django_db(transaction=True)
def test_a_schedule_that_nobody_kept_for_a_year_is_not_replayed() -> None:
    """It is made up for once, and then its own turn comes."""
    broker = get_broker()
    broker.delete_queue()
    ensure_schedule()
    Schedule.objects.update(next_run=timezone.now() - timedelta(days=365))
    for _ in range(3):
        scheduler(broker=broker)
    [kept] = Schedule.objects.filter(func=SWEEP)
    assert kept.next_run > timezone.now() - timedelta(minutes=1)
    assert broker.queue_size() <= 2 * len(SCHEDULE)
    broker.delete_queue()
