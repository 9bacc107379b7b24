"""A program that gave a `webhook` is called when its task has ended, as the gateway would call it."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from generation import api_tokens, lifecycle
from generation.lifecycle.poll.heartbeats import Shard
from generation.lifecycle.poll.requeue import Redispatcher
from generation.lifecycle.webhooks import client_webhooks
from generation.models import Callback, Job, JobEvent
from generation.sandbox.server import SandboxServer
from library.models import Project
from tests import factories
from tests.generation.api.conftest import error_of
from tests.generation.api.documented_client import Client as Documented
from tests.generation.views.conftest import make_take
from tests.receiver import Receiver, receiving
from tests.worker_host import WorkerHost

SUBMIT = "/v1/videos/generations"
JSON = {"content_type": "application/json"}
Status = Job.Status


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as heard:
        yield heard


@pytest.fixture
def failed(alice: User, project: Project, receiver: Receiver) -> Job:
    """A job that has failed and whose program wants to know."""
    ended = {"finished_at": timezone.now(), "error_code": "moderation", "error_message": "Not this."}
    job = factories.job(alice, project, status=Status.FAILED, **ended)
    client_webhooks.expect(job, receiver.url)
    return job


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the queue was asked for."""
    asked: list[str] = []
    monkeypatch.setattr(client_webhooks, "async_task", lambda task, *_: asked.append(task))
    return asked


def submit(client: Client, **changes: Any) -> Any:
    body = {"model": "skyreels-v4-fast", "prompt": "a harbour at dusk", "resolution": "480p"}
    return client.post(SUBMIT, body | changes, **JSON)


def go_on() -> None:
    """The wait for the next try is over."""
    Callback.objects.filter(next_try_at__isnull=False).update(next_try_at=timezone.now())
    lifecycle.send_webhooks()


def wait_of(job: Job) -> float:
    """Seconds until the next try."""
    return (Callback.objects.get(job=job).next_try_at - timezone.now()) / timedelta(seconds=1)


def last_event(job: Job) -> tuple[str, dict]:
    event = JobEvent.objects.filter(job=job).last()
    return event.code, event.data


@pytest.mark.parametrize("path", [SUBMIT, "/api/v1/jobs"])
def test_an_address_is_kept_here_and_never_sent_on(alices: Client, receiver: Receiver, path: str) -> None:
    body = {"model": "skyreels-v4-fast", "prompt": "a harbour", "webhook": receiver.url}
    assert alices.post(path, body, **JSON).status_code in (200, 201)
    job = Job.objects.get()
    assert job.callback.base_url == receiver.url
    assert "webhook" not in job.plan
    assert receiver.url not in str(job.roles)


@pytest.mark.parametrize("webhook", ["", "here", "ftp://h.example", "https://", 7, {}, [], "@Mara", "s3:a"])
def test_what_is_no_address_is_refused(alices: Client, webhook: Any) -> None:
    assert error_of(submit(alices, webhook=webhook)) == (422, "invalid_parameter", "webhook")
    assert not Job.objects.exists()


def test_null_is_nobody(alices: Client) -> None:
    assert submit(alices, webhook=None).status_code == 200
    assert not Callback.objects.exists()


def test_a_request_that_is_sent_twice_is_called_about_once(alices: Client) -> None:
    for _ in range(2):
        body = {"model": "skyreels-v4-fast", "prompt": "a harbour", "webhook": "https://h.example"}
        assert alices.post(SUBMIT, body, headers={"Idempotency-Key": "k"}, **JSON).status_code == 200
    assert Callback.objects.count() == 1


@pytest.mark.parametrize("served", [{"PRODUCTION": True}, {"HOST": "0.0.0.0"}])
@pytest.mark.parametrize(
    "webhook",
    ["http://127.0.0.1:9/", "https://10.0.0.7/x", "https://[::1]/", "http://localhost", "http://db"],
)
def test_where_others_are_served_the_installation_s_own_network_is_not_called(
    alices: Client, failed: Job, receiver: Receiver, settings: Any, served: dict[str, Any], webhook: str
) -> None:
    for name, value in served.items():
        setattr(settings, name, value)
    assert error_of(submit(alices, webhook=webhook)) == (422, "invalid_parameter", "webhook")
    assert submit(alices, webhook="https://hooks.example.com/x").status_code == 200
    lifecycle.send_webhooks()
    assert receiver.heard == []


def test_the_sandbox_is_no_way_into_the_network_either(
    failed: Job, receiver: Receiver, settings: Any
) -> None:
    """Its own links are followed when a take is stored; a client's webhook must not lead there."""
    settings.HOST, settings.SKYREELS_BASE_URL = "0.0.0.0", receiver.url.removesuffix("/hooks")
    lifecycle.send_webhooks()
    assert receiver.heard == []


def test_a_failure_is_told_as_a_query_would_tell_it(alices: Client, failed: Job, receiver: Receiver) -> None:
    lifecycle.send_webhooks()
    (told,) = receiver.heard
    assert told == alices.get(f"/v1/tasks/{told['id']}").json()["data"]
    assert (told["status"], told["error"]["code"]) == ("failed", "moderation")
    assert receiver.paths == ["/hooks/callback"]
    assert last_event(failed) == ("webhook_sent", {"host": "127.0.0.1"})
    go_on()
    assert len(receiver.heard) == 1


def test_a_finished_take_is_told_with_its_address(alice: User, project: Project, receiver: Receiver) -> None:
    job = make_take(alice, project, cost_usd=Decimal("0.32"), finished_at=timezone.now()).job
    client_webhooks.expect(job, f"{receiver.url}/?token=1#x")
    lifecycle.send_webhooks()
    (told,) = receiver.heard
    assert (told["status"], told["cost"]) == ("completed", 0.32)
    assert "X-Amz-Signature" in told["result"]["videos"][0]["url"][0]
    assert receiver.paths == ["/hooks/callback?token=1"]


@pytest.mark.parametrize(
    "status", [Status.QUEUED, Status.RUNNING, Status.STORING, Status.HELD, Status.CANCELLED]
)
def test_nothing_is_told_of_other_states(
    alice: User, project: Project, receiver: Receiver, woken: list[str], status: str
) -> None:
    client_webhooks.expect(factories.job(alice, project, status=status), receiver.url)
    client_webhooks.queue_due()
    lifecycle.send_webhooks()
    assert (receiver.heard, woken) == ([], [])


@pytest.mark.parametrize("silence", [500, 503, 0])
def test_it_is_tried_again_three_times(failed: Job, receiver: Receiver, silence: int) -> None:
    receiver.answers = [silence]
    lifecycle.send_webhooks()
    for tries, wait in enumerate(client_webhooks.RETRY_DELAYS_S, start=1):
        assert len(receiver.heard) == tries
        assert wait - 5 < wait_of(failed) <= wait
        go_on()
    assert len(receiver.heard) == 4
    expected = ("webhook_refused", {"status": silence}) if silence else ("webhook_unanswered", {})
    assert last_event(failed) == (expected[0], {"host": "127.0.0.1"} | expected[1])
    go_on()
    assert len(receiver.heard) == 4


def test_a_later_try_may_be_heard(failed: Job, receiver: Receiver) -> None:
    receiver.answers = [502, 204]
    lifecycle.send_webhooks()
    go_on()
    go_on()
    assert len(receiver.heard) == 2
    assert last_event(failed)[0] == "webhook_sent"


@pytest.mark.parametrize("answer", [301, 400, 404, 410])
def test_another_answer_ends_it(failed: Job, receiver: Receiver, answer: int) -> None:
    receiver.answers = [answer]
    lifecycle.send_webhooks()
    go_on()
    assert len(receiver.heard) == 1
    assert last_event(failed) == ("webhook_refused", {"host": "127.0.0.1", "status": answer})


def test_somebody_who_is_not_there_holds_up_nobody(
    failed: Job, alice: User, project: Project, receiver: Receiver
) -> None:
    for address in ("http://127.0.0.1:9", "http://nobody.invalid/x", "http://[::1]:9/"):
        job = factories.job(alice, project, status=Status.FAILED, finished_at=timezone.now())
        client_webhooks.expect(job, address)
    lifecycle.send_webhooks()
    assert len(receiver.heard) == 1
    assert Callback.objects.filter(next_try_at__isnull=False).count() == 3


def test_one_worker_is_woken_for_all(failed: Job, woken: list[str]) -> None:
    for _ in range(3):
        Redispatcher().run_if_due(Shard())
    assert woken == ["generation.tasks.send_webhooks"]
    lifecycle.send_webhooks()
    Redispatcher().run_if_due(Shard())
    assert woken == ["generation.tasks.send_webhooks"]


def test_a_worker_that_died_over_it_is_followed_by_another_try(failed: Job, receiver: Receiver) -> None:
    assert client_webhooks._claim_next().job == failed
    assert client_webhooks._claim_next() is None
    go_on()
    assert len(receiver.heard) == 1


@pytest.mark.system
def test_a_real_worker_calls(
    live_server: LiveServer, sandbox: SandboxServer, worker: WorkerHost, alice: User, receiver: Receiver
) -> None:
    """From the request to the call, with nothing but a documented client and a worker."""
    _, secret = api_tokens.make(user=alice, name="documented client")
    worker.start()
    client = Documented(live_server.url, secret)
    asked = {"model": "skyreels-v4-fast", "prompt": "a harbour", "duration": 3, "resolution": "480p"}
    task_id = client.submit(asked | {"webhook": receiver.url})
    client.video(task_id, seconds=120, every=0.2)
    (told,) = receiver.wait(1)
    assert (told["id"], told["status"]) == (task_id, "completed")
