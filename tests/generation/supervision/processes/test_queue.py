"""The queue's settings, schedules and task names."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.models import Schedule
from django_q.scheduler import scheduler

from generation import tasks
from generation.supervision.processes.schedules import SCHEDULE, SWEEP, ensure_schedule


def test_a_cluster_fetches_only_messages_that_it_can_start_at_once() -> None:
    """Messages that it fetched and did not start would be delivered twice."""
    assert Conf.QUEUE_LIMIT == Conf.WORKERS
    assert Conf.RETRY >= 4 * Conf.TIMEOUT


def test_the_queue_keeps_no_results_and_does_not_retry() -> None:
    assert (Conf.SAVE_LIMIT, Conf.MAX_ATTEMPTS, Conf.ACK_FAILURES) == (-1, 1, True)


@pytest.mark.django_db
def test_duplicate_schedules_of_hosts_that_started_together_are_deleted() -> None:
    ensure_schedule()
    first = set(Schedule.objects.all())
    for name, (task, _) in SCHEDULE.items():
        Schedule.objects.create(name=name, func=task)
    ensure_schedule()
    assert set(Schedule.objects.all()) == first
    assert len(first) == len(SCHEDULE)


@pytest.mark.django_db
def test_schedules_of_the_previous_version_are_replaced() -> None:
    Schedule.objects.create(
        name="tell", func="generation.tasks.tell", schedule_type=Schedule.MINUTES, minutes=1
    )
    ensure_schedule()
    assert dict(Schedule.objects.values_list("func", "minutes")) == dict(SCHEDULE.values())


def test_scheduled_tasks_exist() -> None:
    for task, _ in SCHEDULE.values():
        assert callable(import_string(task))


@pytest.mark.parametrize(
    ("previous", "current"),
    [
        ("balance", tasks.check_balance),
        ("call_back", tasks.send_webhooks),
        ("mail", tasks.send_emails),
        ("make_link_films", tasks.encode_link_videos),
        ("tell", tasks.send_notifications),
    ],
)
def test_task_names_of_the_previous_version_can_be_called(previous: str, current: object) -> None:
    assert import_string(f"generation.tasks.{previous}") is current


@pytest.mark.django_db(transaction=True)
def test_a_schedule_missed_for_a_year_runs_once() -> None:
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
