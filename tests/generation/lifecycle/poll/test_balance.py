"""A pause ends by itself when the provider accepts the key again and there is money for what waits."""

from datetime import timedelta

import pytest
from django.utils import timezone

from generation import lifecycle
from generation.lifecycle.queue import pause
from generation.models import GatewayState, Heartbeat, Job
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def paused(db):
    pause.pause_gateway("The balance at SkyReels is used up.")


def answers(sandbox, **fields):
    body = {"success": True, "remain_balance": 10.5, "used_balance": 2.3, "unlimited_quota": False} | fields
    sandbox.add_fault("balance", "status", status=200, body=body)


@pytest.mark.parametrize(
    ("said", "goes_on"),
    [
        ({}, True),
        ({"remain_balance": 0.32}, True),
        ({"remain_balance": 0.31}, False),
        ({"remain_balance": 0}, False),
        ({"remain_balance": -1}, False),
        ({"remain_balance": 0, "unlimited_quota": True}, True),
        ({"remain_balance": None}, True),
        ({"success": False}, False),
    ],
    ids=str,
)
def test_money_for_the_first_in_the_line(sandbox, paused, alice, project, said, goes_on):
    factories.job(alice, project, status=Job.Status.QUEUED, next_step_at=timezone.now())
    answers(sandbox, **said)
    lifecycle.check_balance()
    assert pause.is_gateway_paused() is not goes_on


@pytest.mark.parametrize("fault", [{"status": 401}, {"status": 402}, {"status": 500}, {"status": 404}])
def test_without_a_good_answer_the_pause_lasts_and_keeps_its_beginning(sandbox, paused, fault):
    began = GatewayState.objects.get().paused_at
    sandbox.add_fault("balance", "status", **fault)
    lifecycle.check_balance()
    assert GatewayState.objects.get().paused_at == began


def test_the_reason_is_the_present_one(sandbox, paused):
    sandbox.add_fault("balance", "status", status=401)
    lifecycle.check_balance()
    assert "does not accept the API key" in GatewayState.objects.get().paused_reason


def test_an_accepted_key_and_an_empty_queue_go_on(sandbox, paused):
    answers(sandbox)
    lifecycle.check_balance()
    assert not pause.is_gateway_paused()


def test_one_host_looks_for_all_once_a_minute(monkeypatch, paused):
    asked = []
    monkeypatch.setattr(pause, "async_task", asked.append)
    for _ in range(5):
        pause.schedule_balance_check()
    assert asked == ["generation.tasks.check_balance"]
    Heartbeat.objects.filter(name=pause.BALANCE_LEASE).update(
        leased_until=timezone.now() - timedelta(seconds=1)
    )
    pause.schedule_balance_check()
    assert len(asked) == 2


def test_nobody_looks_while_nothing_is_paused(monkeypatch):
    asked = []
    monkeypatch.setattr(pause, "async_task", asked.append)
    pause.schedule_balance_check()
    assert asked == []
