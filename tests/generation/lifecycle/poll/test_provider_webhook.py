"""The provider's calls: wake-ups at an address that nobody can guess, and nothing more."""

import json
import logging
import threading
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from config.logs import Line
from generation import gateway, lifecycle
from generation.lifecycle.poll.heartbeats import Shard
from generation.lifecycle.poll.poll_client import PollResult
from generation.lifecycle.poll.poll_results import apply_poll_results
from generation.lifecycle.poll.sweep import claim_polls
from generation.lifecycle.render_times.measured_times import RenderTimes
from generation.models import Job, RenderTime
from generation.skyreels.schemas import Task
from generation.views.jobs import provider_webhook
from tests.generation.lifecycle.conftest import make_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("s3")]
Status = Job.Status


@pytest.fixture
def called(settings):
    """The sandbox is asked to call back."""
    settings.SKYREELS_WEBHOOKS = "true"


@pytest.fixture
def rendering(called, queued, bring_to, sandbox):
    """A job that renders for long, with its address."""
    sandbox.add_fault("submit", "slow_task", seconds=60)
    return bring_to(queued(), Status.RUNNING)


def address(job: Job) -> str:
    return f"/hooks/skyreels/{job.hook_token}/callback"


def wait_of(job: Job) -> float:
    """Seconds until its next step."""
    job.refresh_from_db()
    return (job.next_step_at - timezone.now()) / timedelta(seconds=1)


def test_the_frozen_request_names_an_address_of_the_job_alone(rendering, queued, bring_to, settings) -> None:
    said = json.loads(bytes(rendering.request_body))
    assert said["webhook"] == f"{settings.PUBLIC_URL}/hooks/skyreels/{rendering.hook_token}"
    assert len(rendering.hook_token) == 43
    assert bring_to(queued("another"), Status.RUNNING).hook_token != rendering.hook_token


@pytest.mark.parametrize("body", [b'{"id": "t"}', b'{"code": 200, "data": {}}', b"", b"no json", b"\xff" * 9])
def test_a_call_makes_the_job_due_whatever_it_says(client: Client, rendering, body) -> None:
    assert wait_of(rendering) > 5
    answer = client.post(address(rendering), body, content_type="application/json")
    assert answer.status_code == 200
    assert wait_of(rendering) <= 0
    assert rendering.status == Status.RUNNING


def test_a_call_is_followed_by_one_question_and_the_take(
    called, client: Client, queued, bring_to, poll
) -> None:
    job = bring_to(queued(), Status.STORING)
    assert client.post(address(job)).status_code == 200
    assert bring_to(job, Status.SUCCEEDED).take
    assert client.post(address(job)).status_code == 200
    job.refresh_from_db()
    assert (job.status, job.next_step_at) == (Status.SUCCEEDED, None)


def test_a_call_does_not_break_the_lease_of_who_is_just_asking(client: Client, rendering) -> None:
    lease_until = timezone.now() + timedelta(seconds=9)
    Job.objects.update(lease_token="held", next_step_at=lease_until)
    assert client.post(address(rendering)).status_code == 200
    rendering.refresh_from_db()
    assert (rendering.lease_token, rendering.next_step_at) == ("held", lease_until)


@pytest.mark.parametrize("is_called", [True, False])
def test_a_call_during_a_question_is_followed_by_another_question(
    client: Client, rendering, is_called
) -> None:
    """The answer that is under way may have been given before the end."""
    for called in (is_called, False):
        make_due(rendering)
        [question] = claim_polls(Shard(), 1)
        if called:
            client.post(address(rendering))
        before = Task.read({"id": rendering.task_id, "status": "processing"})
        apply_poll_results([PollResult(question.lease, question.job, before)], RenderTimes())
        assert (wait_of(rendering) <= 0) is called
        assert rendering.lease_token == ""


@pytest.mark.parametrize("token", ["nobody", "a" * 43, "%00", "x" * 3000])
def test_an_address_that_we_did_not_give_out_is_unknown(client: Client, queued, token) -> None:
    queued()  # a job without an address must not be found by an empty one
    assert client.post(f"/hooks/skyreels/{token}/callback").status_code == 404
    assert client.post("/hooks/skyreels//callback").status_code == 404


def test_a_body_that_is_too_large_is_not_read(client: Client, rendering) -> None:
    answer = client.post(
        address(rendering), b"x" * (provider_webhook.MAX_BODY_BYTES + 1), content_type="application/json"
    )
    assert answer.status_code == 413
    assert wait_of(rendering) > 5


def test_calls_need_neither_session_nor_form_token(rendering) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address(rendering), b"{}", content_type="application/json").status_code == 200
    assert strict.get(address(rendering)).status_code == 405


def test_no_log_tells_an_address(client: Client, rendering, caplog) -> None:
    client.post(
        address(rendering), b"x" * (provider_webhook.MAX_BODY_BYTES + 1), content_type="application/json"
    )
    client.get(address(rendering))
    client.post(address(rendering))
    [written] = [handler for handler in logging.getLogger().handlers if isinstance(handler.formatter, Line)]
    told = "".join(written.format(record) for record in caplog.records)
    assert "/hooks/skyreels/" in told
    assert rendering.hook_token not in told


def test_a_job_whose_end_is_told_is_asked_about_rarely(rendering, poll) -> None:
    RenderTime.objects.create(model=rendering.model, resolution="480p", duration=3, samples=[60.0] * 40)
    assert wait_of(rendering) == pytest.approx(10, abs=3)
    Job.objects.update(submitted_at=timezone.now() - timedelta(seconds=10))
    make_due(rendering)
    assert poll() == 1
    assert wait_of(rendering) == pytest.approx(65, abs=3)


@pytest.mark.django_db(transaction=True)
def test_the_sandbox_calls_and_the_job_is_due(
    called, live_server, settings, queued, bring_to, sandbox
) -> None:
    settings.PUBLIC_URL = live_server.url
    sandbox.add_fault("submit", "slow_task", seconds=1)
    job = bring_to(queued(), Status.RUNNING)
    ends = threading.Event()
    for _ in range(100):
        if wait_of(job) <= 0:
            break
        ends.wait(0.1)
    assert wait_of(job) <= 0
    assert bring_to(job, Status.SUCCEEDED).polls <= 2


@pytest.mark.parametrize(
    ("wanted", "url", "is_sandbox", "provider", "asked"),
    [
        ("auto", "https://backlot.example.com", False, "gateway", True),
        ("auto", "https://backlot.example.com", True, "gateway", False),
        ("auto", "http://backlot.example.com", False, "gateway", False),
        ("auto", "https://10.0.0.7", False, "gateway", False),
        ("auto", "https://studio.local", False, "gateway", False),
        ("true", "http://127.0.0.1:8000", True, "gateway", True),
        ("true", "https://backlot.example.com", False, "vendor", False),
        ("false", "https://backlot.example.com", False, "gateway", False),
    ],
)
def test_who_is_asked_to_call(settings, wanted, url, is_sandbox, provider, asked) -> None:
    settings.SKYREELS_WEBHOOKS, settings.PUBLIC_URL = wanted, url
    settings.PROVIDER_IS_SANDBOX, settings.SKYREELS_PROVIDER = is_sandbox, provider
    assert gateway.calls_back() is asked
    assert lifecycle.handle_provider_webhook("") is False
