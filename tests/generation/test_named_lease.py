"""Named leases: one worker at a time, whatever dies and whatever becomes of the clock."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import Schedule

from generation import named_lease
from generation.models import Heartbeat
from generation.supervision.processes.schedules import ensure_schedule, reset_future_schedules
from tests.at_once import at_once

LASTS = timedelta(seconds=40)


def lapses(**ahead: float) -> None:
    Heartbeat.objects.filter(name="mail").update(leased_until=timezone.now() + timedelta(**ahead))


@pytest.mark.django_db
def test_one_has_it_until_it_is_released_or_lapses() -> None:
    first = named_lease.acquire("mail", LASTS)
    assert first
    assert named_lease.acquire("mail", LASTS) is None
    assert named_lease.acquire("balance", LASTS)
    assert first.renew()
    assert first.release()
    second = named_lease.acquire("mail", LASTS)
    assert second
    assert (first.renew(), first.release()) == (False, False)
    lapses(seconds=-1)
    assert named_lease.acquire("mail", LASTS)
    assert not second.renew()


@pytest.mark.django_db
def test_a_lease_from_before_the_clock_was_set_back_keeps_nobody_away() -> None:
    assert named_lease.acquire("mail", LASTS)
    lapses(seconds=79)
    assert named_lease.acquire("mail", LASTS) is None
    lapses(hours=1)
    assert named_lease.acquire("mail", LASTS)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_has_it() -> None:
    taken = at_once(*[lambda: named_lease.acquire("mail", LASTS)] * 8)
    assert [bool(lease) for lease in taken].count(True) == 1


@pytest.mark.django_db
def test_what_runs_each_minute_runs_after_the_clock_was_set_back() -> None:
    ensure_schedule()
    soon, ahead = timezone.now() + timedelta(seconds=50), timezone.now() + timedelta(hours=1)
    Schedule.objects.filter(name="sweep").update(next_run=soon)
    Schedule.objects.filter(name="notifications").update(next_run=ahead)
    Schedule.objects.create(name="another's", func="x", next_run=ahead)
    reset_future_schedules()
    due = dict(Schedule.objects.values_list("name", "next_run"))
    assert (due["sweep"], due["another's"]) == (soon, ahead)
    assert due["notifications"] <= timezone.now()
