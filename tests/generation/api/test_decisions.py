"""Decisions about held and late jobs over the JSON API."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from generation.models import Job, LedgerEntry
from generation.models.job_codes import HoldCode
from library.models import Project
from tests import factories
from tests.generation.api.conftest import error_of

JSON = {"content_type": "application/json"}
Status, Money = Job.Status, LedgerEntry.State


@pytest.fixture
def held(alice: User, project: Project) -> Job:
    return factories.job(
        alice,
        project,
        status=Status.HELD,
        provider="sandbox",
        frozen_at=timezone.now(),
        hold_code=HoldCode.SUBMIT_INTERRUPTED,
    )


def decide(client: Client, job: Job, **sent: Any) -> Any:
    return client.post(f"/api/v1/jobs/{job.uuid}/resolve", sent, **JSON)


@pytest.mark.parametrize(("paid", "state"), [(True, Money.SETTLED), (False, Money.REFUNDED)])
def test_writing_off(alices: Client, alice: User, held: Job, paid: bool, state: str) -> None:
    seen = decide(alices, held, action="write_off", paid=paid).json()
    assert (seen["uuid"], seen["status"], seen["error"]["code"]) == (str(held.uuid), "failed", "written_off")
    assert LedgerEntry.objects.get(job=held).state == state
    assert held.events.last().by == alice


def test_sending_again_answers_with_the_new_job(alices: Client, held: Job) -> None:
    seen = decide(alices, held, action="send").json()
    assert (seen["uuid"] != str(held.uuid), seen["status"], seen["prompt"]) == (True, "queued", held.prompt)
    assert alices.get(f"/api/v1/jobs/{held.uuid}").json()["status"] == "held"
    assert error_of(decide(alices, held, action="send")) == (409, "not_possible", None)


def test_a_passed_budget_is_402(alices: Client, held: Job, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(budget_usd=Decimal("0.40"))
    assert error_of(decide(alices, held, action="send")) == (402, "budget_exceeded", None)
    assert Job.objects.count() == 1


def test_asking_again(alices: Client, held: Job) -> None:
    assert error_of(decide(alices, held, action="ask")) == (409, "not_possible", None)
    Job.objects.filter(pk=held.pk).update(request_body=b"{}")
    assert decide(alices, held, action="ask").json()["status"] == "submitting"


def test_attaching(alices: Client, held: Job, sandbox: Any) -> None:
    assert error_of(decide(alices, held, action="attach", task_id="guessed")) == (
        422,
        "invalid_parameter",
        "task_id",
    )
    assert error_of(decide(alices, held, action="attach")) == (422, "invalid_parameter", "task_id")
    body = b'{"model":"skyreels-v4-fast","prompt":"a quay","duration":3,"resolution":"480p"}'
    made, _ = sandbox.task_service.submit(body, f"found-{held.uuid}", {})
    task = made["data"][0]["task_id"]
    sandbox.add_fault("query", "drop_before")
    assert error_of(decide(alices, held, action="attach", task_id=task)) == (
        409,
        "provider_unavailable",
        None,
    )
    seen = decide(alices, held, action="attach", task_id=task).json()
    assert (seen["status"], seen["task_id"]) == ("running", task)


@pytest.mark.parametrize("action", ["ask", "send", "write_off", "attach"])
def test_only_what_is_held_or_late_is_decided(
    alices: Client, alice: User, project: Project, action: str
) -> None:
    running = factories.job(alice, project, status=Status.RUNNING)
    answer = decide(alices, running, action=action, paid=True, task_id="task_1")
    assert error_of(answer) == (409, "not_held", None)


@pytest.mark.parametrize(
    ("sent", "param"),
    [
        ({"action": "forget"}, "action"),
        ({}, "action"),
        ({"action": "write_off"}, "paid"),
        ({"action": "write_off", "paid": "yes"}, "paid"),
        ({"action": "write_off", "paid": 1}, "paid"),
        ({"action": "attach", "task_id": "x" * 201}, "task_id"),
        ({"action": "ask", "also": 1}, "also"),
    ],
)
def test_what_is_no_decision_is_refused(alices: Client, held: Job, sent: dict, param: str) -> None:
    assert error_of(decide(alices, held, **sent)) == (422, "invalid_parameter", param)
    held.refresh_from_db()
    assert (held.status, held.events.count()) == (Status.HELD, 0)
