"""Answers that no database could keep, that lie, or that never come: one of them must not stop what else is asked."""

import asyncio
import threading
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from generation import gateway, ledger, lifecycle
from generation.ledger.reconciliation import ReasonCode
from generation.lifecycle.held import resolve
from generation.lifecycle.held.held_jobs import AttentionReason, attention_reason
from generation.lifecycle.poll import poll_client
from generation.lifecycle.poll.heartbeats import Shard
from generation.lifecycle.poll.requeue import Redispatcher
from generation.lifecycle.poll.sweep import Poller
from generation.models import Job, LedgerEntry
from tests.generation.lifecycle.conftest import make_due
from tests.generation.lifecycle.held_jobs import fresh, tasks_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("s3")]
Status, Money = Job.Status, LedgerEntry.State
NO_TEXT = "torn \0 and \ud800 letters"


@pytest.fixture
def running(queued, bring_to, sandbox):
    return lambda *args, **kwargs: bring_to(queued(*args, **kwargs), Status.RUNNING)


def asked(poll, *jobs):
    for job in jobs:
        make_due(job)
    poll()
    return [fresh(job) for job in jobs]


def answer(status, **data):
    return {"kind": "status", "status": 200, "body": {"code": 200, "data": {"status": status, **data}}}


def test_letters_that_no_database_keeps_are_left_out_of_a_failure(running, poll, sandbox):
    error = {"code": NO_TEXT, "message": f"{NO_TEXT} https://s3.example/a.png?X-Amz-Signature=0a1b2c"}
    sandbox.add_fault("query", **answer("failed", error=error))
    [job] = asked(poll, running())
    assert (job.status, job.error_code) == (Status.FAILED, "torn  and  letters")
    assert "torn  and  letters https://s3.example/a.png?[query]" in job.error_message


def test_an_answer_of_odd_letters_and_figures_stops_no_other_job(running, poll, sandbox):
    """Both are written by one round of the sweep."""
    odd, other = running("odd one"), running("another")
    url = f"{sandbox.public_url}/results/none.mp4"
    videos = {"videos": [{"url": f"https://x.example/{NO_TEXT}"}, {"url": url}]}
    sandbox.add_fault("query", match="odd one", **answer("Completed", cost="1e20", result=videos))
    sandbox.add_fault("query", match="another", **answer(f"dreaming {NO_TEXT}", progress="1e25"))
    odd, other = asked(poll, odd, other)
    assert (odd.status, odd.result_url, odd.cost_usd) == (Status.STORING, url, None)
    assert (other.status, other.provider_status) == (Status.RUNNING, "dreaming torn  and  letters")


@pytest.mark.parametrize(("cost", "booked"), [(-3, None), ("2500000", None), ("0.51", Decimal("0.51"))])
def test_money_is_settled_by_a_cost_that_can_be_one_else_by_the_estimate(
    running, poll, bring_to, sandbox, cost, booked
):
    job = bring_to(running(), Status.STORING)
    sandbox.add_fault("query", **answer("completed", cost=cost, result={"url": job.result_url}))
    Job.objects.update(status=Status.RUNNING)
    asked(poll, job)
    job = fresh(bring_to(job, Status.SUCCEEDED))
    assert (job.ledger.state, job.ledger.actual_usd) == (Money.SETTLED, booked or job.estimate_usd)


def test_a_failed_render_that_was_charged_is_a_difference(running, poll, sandbox, alice):
    sandbox.add_fault("query", **answer("failed", cost="0.51", error="no luck"))
    [job] = asked(poll, running())
    assert (job.status, job.ledger.state, job.ledger.actual_usd) == (Status.FAILED, Money.REFUNDED, 0)
    entries = ledger.entries(alice, ledger.Filters())
    [difference] = ledger.explain(list(ledger.with_differences(entries)))
    assert (difference.entry, difference.reported) == (job.ledger, Decimal("0.51"))
    assert difference.reason.code == ReasonCode.RECORDED_OTHERWISE


def test_a_refusal_of_odd_letters_is_told(queued, sandbox):
    body = {"error": {"code": NO_TEXT, "message": NO_TEXT, "param": NO_TEXT}}
    sandbox.add_fault("submit", "status", status=422, body=body)
    job = queued()
    lifecycle.submit_job(job.pk)
    job = fresh(job)
    assert (job.status, job.error_param, job.ledger.state) == (
        Status.FAILED,
        "torn  and  letters",
        Money.REFUNDED,
    )


@pytest.mark.parametrize("task_id", ["x" * 5000, {"id": 1}, NO_TEXT[5:6]], ids=["long", "object", "NUL"])
def test_a_task_that_nobody_could_ask_about_is_an_unknown_outcome(queued, sandbox, settings, task_id):
    settings.SKYREELS_IDEMPOTENT = False
    sandbox.add_fault("submit", "status", status=200, body={"code": 200, "data": [{"task_id": task_id}]})
    job = queued()
    lifecycle.submit_job(job.pk)
    assert (fresh(job).status, fresh(job).ledger.state) == (Status.HELD, Money.UNCERTAIN)


def test_one_task_is_never_two_jobs(running, queued, bring_to, sandbox, bob):
    """Which of them it is for is not known here; asked with the same key, the provider may say better."""
    first = running()
    sandbox.add_fault("submit", "status", status=200, body={"data": [{"task_id": first.task_id}]})
    second = queued("another")
    lifecycle.submit_job(second.pk)
    second = fresh(second)
    assert (second.status, attention_reason(second), second.ledger.state) == (
        Status.HELD,
        AttentionReason.SENT,
        Money.UNCERTAIN,
    )
    assert (second.lease_token, second.hold_data["task"]) == ("", first.task_id)
    assert (fresh(first).status, fresh(first).task_id) == (Status.RUNNING, first.task_id)
    resolve.requery(second, by=bob)
    bring_to(second, Status.SUCCEEDED)
    assert len(tasks_of(sandbox, second)) == 1


def test_a_task_is_lost_from_sight_only_when_that_was_said_five_times(running, poll, bring_to, sandbox):
    """A gateway that did not answer for long, and that says 404 once while it starts again."""
    job = running()
    sandbox.add_fault("query", "status", status=502, times=7)
    sandbox.add_fault("query", "status", status=404, times=2)
    for _ in range(9):
        [job] = asked(poll, job)
    assert (job.status, job.hold_code) == (Status.RUNNING, "")
    bring_to(job, Status.SUCCEEDED)


def test_a_render_about_which_nobody_answers_comes_to_the_desk(running, poll, bring_to, sandbox):
    job = running()
    Job.objects.update(submitted_at=timezone.now() - timedelta(hours=2))
    sandbox.add_fault("query", "status", status=500, body="<html>", times=3)
    for _ in range(3):
        [job] = asked(poll, job)
    assert (attention_reason(job), Job.objects.needs_attention().get()) == (AttentionReason.LATE, job)
    assert job.events.filter(code="late").count() == 1
    bring_to(job, Status.SUCCEEDED)


def test_a_render_at_a_provider_that_is_not_configured_any_more_comes_to_the_desk(
    running, bring_to, sandbox, settings
):
    job, young = running(), running("sent just now")
    Job.objects.update(provider="gateway", base_url="https://elsewhere.example")
    Job.objects.filter(pk=job.pk).update(submitted_at=timezone.now() - timedelta(hours=1))
    for _ in range(2):
        Redispatcher().run_if_due(Shard())
    assert list(Job.objects.needs_attention()) == [job]
    assert (fresh(job).status, fresh(young).late_at) == (Status.RUNNING, None)
    assert job.events.filter(code="other_provider").count() == 1
    Job.objects.update(provider="sandbox", base_url=settings.SKYREELS_BASE_URL)
    bring_to(job, Status.SUCCEEDED)


class Dripping(BaseHTTPRequestHandler):
    """Answers letter by letter, each in good time."""

    ended: threading.Event

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        while not self.ended.wait(0.1):
            self.wfile.write(b" ")

    def log_message(self, *args):
        pass

    def finish(self):
        self.rfile.close()


@pytest.fixture
def dripping(settings):
    kind = type("OneHost", (Dripping,), {"ended": threading.Event()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.handle_error = lambda *told: None
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    kind.ended.set()
    server.shutdown()
    server.server_close()


def test_an_answer_that_never_ends_is_none(running, dripping, settings, monkeypatch):
    assert gateway.QUERY_TIMEOUT.read < poll_client.RESPONSE_TIMEOUT_S
    job = running()
    settings.SKYREELS_BASE_URL = dripping
    Job.objects.update(base_url=dripping)
    monkeypatch.setattr(poll_client, "RESPONSE_TIMEOUT_S", 1.0)
    with asyncio.Runner() as runner:
        poller = Poller(runner)
        [job] = asked(poller.run_once, job)
        poller.close()
    assert (job.status, job.lease_token) == (Status.RUNNING, "")
    assert "did not end in time" in job.events.last().text
