"""Webhooks (skyreels-api.md section 6): when they are sent, how often, and their content."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.generation.sandbox.conftest import ApiClient
from tests.receiver import Handler, Receiver, receiving

Maker = Callable[..., ApiClient]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as heard:
        yield heard


@pytest.fixture
def patient(make_server: Maker) -> ApiClient:
    """A client of a server whose tasks fail at once and whose retries are fast."""
    someone = make_server(webhook_delays=(0.02, 0.02, 0.02))
    someone.server.add_fault("submit", "fail_task", times=None, message="too dark")
    return someone


def test_a_webhook_has_the_content_of_a_query(make_server: Maker, receiver: Receiver) -> None:
    someone = make_server()
    task_id = someone.open(webhook=receiver.url)
    (told,) = receiver.wait(1)
    assert told == someone.query(task_id)
    assert (told["id"], told["status"]) == (task_id, "completed")
    assert receiver.paths == ["/hooks/callback"]


def test_a_failure_is_reported_and_nothing_before_the_end(patient: ApiClient, receiver: Receiver) -> None:
    patient.server.add_fault("submit", "slow_task", seconds=2)
    task_id = patient.open(webhook=f"{receiver.url}/?token=1")
    assert patient.query(task_id)["status"] in {"submitted", "processing"}
    assert receiver.heard == []
    (told,) = receiver.wait(1)
    assert (told["id"], told["status"], told["error"]["message"]) == (task_id, "failed", "too dark")
    assert receiver.paths == ["/hooks/callback?token=1"]


def test_without_a_webhook_nothing_is_sent(patient: ApiClient, receiver: Receiver) -> None:
    patient.open()
    assert receiver.stays_at(0)


@pytest.mark.parametrize(
    ("answers", "calls"),
    [
        ([200], 1),
        ([302], 1),
        ([404], 1),
        ([410, 200], 1),
        ([500, 200], 2),
        ([503, 502, 200], 3),
        ([500, 404], 2),
        ([500], 4),
        ([0, 200], 2),
    ],
)
def test_timeouts_and_5xx_are_retried_three_times(
    patient: ApiClient, receiver: Receiver, answers: list[int], calls: int
) -> None:
    receiver.answers = answers
    patient.open(webhook=receiver.url)
    told = receiver.wait(calls)
    assert all(message == told[0] for message in told)
    assert receiver.stays_at(calls)


def test_an_unreachable_receiver_does_no_harm(patient: ApiClient) -> None:
    task_id = patient.open(webhook="http://127.0.0.1:9/hooks")
    assert patient.query(task_id)["status"] == "failed"


def test_wrapped_duplicate_and_lost_webhooks(patient: ApiClient, receiver: Receiver) -> None:
    patient.server.add_fault("webhook", "wrap", match="wrapped")
    patient.server.add_fault("webhook", "duplicate", match="doubled", copies=3)
    patient.server.add_fault("webhook", "lose", match="lost")
    wrapped = patient.open(prompt="wrapped", webhook=receiver.url)
    (told,) = receiver.wait(1)
    assert (told["code"], told["data"]["id"]) == (200, wrapped)
    doubled = patient.open(prompt="doubled", webhook=receiver.url)
    assert [message["id"] for message in receiver.wait(4)[1:]] == [doubled] * 3
    patient.open(prompt="lost", webhook=receiver.url)
    assert receiver.stays_at(4)


def test_a_replayed_request_sends_one_webhook(patient: ApiClient, receiver: Receiver) -> None:
    for _ in range(2):
        assert patient.submit(key="once", webhook=receiver.url).status_code == 200
    receiver.wait(1)
    assert receiver.stays_at(1)


def test_a_silent_receiver_blocks_neither_the_server_nor_its_stop(
    make_server: Maker, receiver: Receiver
) -> None:
    held, answered = threading.Event(), threading.Event()
    someone = make_server()
    someone.server.add_fault("submit", "fail_task", times=None)

    def wait_and_answer(_: BaseHTTPRequestHandler) -> None:
        held.wait(60)
        answered.set()

    silent = ThreadingHTTPServer(("127.0.0.1", 0), type("Silent", (Handler,), {"do_POST": wait_and_answer}))
    threading.Thread(target=silent.serve_forever, args=(0.05,), daemon=True).start()
    for number in range(12):
        someone.open(prompt=f"{number}", webhook=f"http://127.0.0.1:{silent.server_port}")
    assert someone.http.get("/v1/balance").status_code == 200
    someone.server.stop()
    assert not answered.is_set()
    held.set()
    silent.shutdown()
    silent.server_close()


def test_a_task_that_ends_after_a_restart_still_sends_its_webhook(
    make_server: Maker, receiver: Receiver
) -> None:
    before = make_server()
    before.server.add_fault("submit", "fail_task")
    before.server.add_fault("submit", "slow_task", seconds=3)
    task_id = before.open(webhook=receiver.url)
    before.server.stop()
    make_server()
    assert [told["id"] for told in receiver.wait(1)] == [task_id]
