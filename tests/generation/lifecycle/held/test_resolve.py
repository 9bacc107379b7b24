"""What a person finds out about held and late jobs: attached, asked again; paid work is never lost."""

from decimal import Decimal

import pytest
from django.utils import timezone

from generation import lifecycle
from generation.lifecycle.held import resolve
from generation.lifecycle.held.held_jobs import (
    KEY_LIFE,
    Action,
    AttentionReason,
    attention_reason,
    available_actions,
    usd_at_risk,
)
from generation.lifecycle.leases import MAX_LAPSED_LEASES, claim
from generation.models import Job, LedgerEntry, Take
from tests import factories
from tests.generation.lifecycle.conftest import make_due
from tests.generation.lifecycle.held_jobs import fresh, held, tasks_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("s3")]
Status, Money = Job.Status, LedgerEntry.State
NOTHING_CHANGED = "Nothing was changed."


def test_what_is_in_doubt_and_what_can_be_done(alice, project, settings):
    sent = held(alice, project)
    repeatable = held(alice, project, request_body=b"{}")
    strange = held(alice, project, task_id="task_1")
    video = held(
        alice, project, task_id="task_2", result_url="https://x.example/a.mp4", cost_usd=Decimal("0.5")
    )
    unsent = held(alice, project, frozen_at=None)
    late = factories.job(alice, project, status=Status.RUNNING, provider="sandbox", late_at=timezone.now())
    ask, attach, send, write_off = Action.REQUERY, Action.ATTACH, Action.RESUBMIT, Action.WRITE_OFF

    assert [
        (attention_reason(job), available_actions(job))
        for job in (sent, repeatable, strange, video, unsent, late)
    ] == [
        (AttentionReason.SENT, [attach, send, write_off]),
        (AttentionReason.SENT, [ask, attach, send, write_off]),
        (AttentionReason.TASK, [ask, send, write_off]),
        (AttentionReason.VIDEO, [ask, send, write_off]),
        (AttentionReason.UNSENT, [ask, write_off]),
        (AttentionReason.LATE, [ask, write_off]),
    ]
    assert [usd_at_risk(fresh(job)) for job in (sent, video, unsent, late)] == [
        Decimal("0.32"),
        Decimal("0.5"),
        0,
        0,
    ]
    Job.objects.update(provider="gateway", base_url="https://elsewhere.example")
    assert available_actions(fresh(repeatable)) == [send, write_off]
    assert available_actions(fresh(late)) == [write_off]


def test_the_key_is_not_used_when_the_provider_may_have_forgotten_it(alice, project, settings):
    old = held(alice, project, request_body=b"{}", frozen_at=timezone.now() - KEY_LIFE)
    assert Action.REQUERY not in available_actions(old)
    settings.SKYREELS_IDEMPOTENT = False
    assert Action.REQUERY not in available_actions(held(alice, project, request_body=b"{}"))


def test_a_call_tells_that_the_provider_did_take_it(perhaps_sent, settings):
    """Once, however often it calls; what was written off hears nothing more."""
    settings.SKYREELS_WEBHOOKS = "true"
    job = perhaps_sent()
    told = job.events.count()
    for _ in range(3):
        assert lifecycle.handle_provider_webhook(job.hook_token)
    job = fresh(job)
    assert (job.status, job.hold_data["called"], job.events.count()) == (Status.HELD, 1, told + 1)
    resolve.write_off(job, by=job.created_by, paid=True)
    told = job.events.count()
    assert lifecycle.handle_provider_webhook(job.hook_token)
    assert (fresh(job).status, job.events.count()) == (Status.FAILED, told)


def test_an_attached_task_brings_its_take_home(perhaps_sent, bring_to, sandbox, bob):
    job = perhaps_sent()
    task = tasks_of(sandbox, job)[0]["id"]
    resolve.attach(job, f" {task} ", by=bob)
    job = fresh(job)
    assert (job.status, job.task_id, job.hold_code) == (Status.RUNNING, task, "")
    assert (job.ledger.state, job.events.last().by) == (Money.ESTIMATED, bob)
    assert task in job.events.last().text
    job = bring_to(job, Status.SUCCEEDED)
    assert fresh(job).ledger.state == Money.SETTLED
    assert len(tasks_of(sandbox, job)) == 1


def test_a_task_that_the_provider_does_not_know_is_refused(perhaps_sent, sandbox, bob):
    job = perhaps_sent()
    with pytest.raises(resolve.NotThatTask, match=r"does not know a task task_guessed\. Nothing was changed"):
        resolve.attach(job, "task_guessed", by=bob)
    assert fresh(job).status == Status.HELD


@pytest.mark.parametrize("task_id", ["", "  ", "x" * 201, "nul\0", "täsk", ".."])
def test_what_is_no_task_id_is_refused(perhaps_sent, sandbox, bob, task_id):
    job = perhaps_sent()
    with pytest.raises(resolve.NotThatTask, match=NOTHING_CHANGED):
        resolve.attach(job, task_id, by=bob)


def test_a_task_of_another_job_is_refused_by_name_to_those_who_may_see_it(
    perhaps_sent, bring_to, queued, sandbox, bob, charlie
):
    other = bring_to(queued("another one"), Status.RUNNING)
    job = perhaps_sent()
    with pytest.raises(resolve.NotThatTask, match=f"belongs to {other}"):
        resolve.attach(job, other.task_id, by=bob)
    with pytest.raises(resolve.NotThatTask, match="belongs to another job"):
        resolve.attach(job, other.task_id, by=charlie)


@pytest.mark.parametrize(
    "fault", [{"kind": "drop_before"}, {"kind": "status", "status": 500}, {"kind": "status", "status": 401}]
)
def test_a_provider_that_does_not_answer_changes_nothing(perhaps_sent, sandbox, bob, fault):
    job = perhaps_sent()
    task = tasks_of(sandbox, job)[0]["id"]
    sandbox.add_fault("query", **fault)
    with pytest.raises(resolve.NoAnswer, match=NOTHING_CHANGED):
        resolve.attach(job, task, by=bob)
    resolve.attach(job, task, by=bob)


def test_asking_again_sends_the_same_bytes_with_the_same_key(perhaps_sent, bring_to, sandbox, bob):
    job = perhaps_sent()
    sent = bytes(job.request_body), job.idempotency_key
    resolve.requery(job, by=bob)
    assert (fresh(job).status, fresh(job).ledger.state) == (Status.SUBMITTING, Money.ESTIMATED)
    job = bring_to(job, Status.SUCCEEDED)
    assert (bytes(job.request_body), job.idempotency_key) == sent
    assert len(tasks_of(sandbox, job)) == 1


def test_a_task_lost_from_sight_is_asked_about_again(queued, bring_to, poll, sandbox, bob):
    job = bring_to(queued(), Status.RUNNING)
    sandbox.add_fault("query", "status", status=404, times=5)
    for _ in range(5):
        make_due(job)
        poll()
    job = fresh(job)
    assert (job.status, attention_reason(job), job.ledger.state) == (
        Status.HELD,
        AttentionReason.TASK,
        Money.UNCERTAIN,
    )
    resolve.requery(job, by=bob)
    bring_to(job, Status.SUCCEEDED)
    assert fresh(job).ledger.state == Money.SETTLED


def test_a_dead_link_that_lives_again_is_fetched(queued, bring_to, sandbox, bob):
    job = bring_to(queued(), Status.STORING)
    sandbox.add_fault("download", "dead_link", times=None)
    job = bring_to(job, Status.HELD)
    assert attention_reason(job) is AttentionReason.VIDEO
    sandbox.clear_faults()
    resolve.requery(job, by=bob)
    bring_to(job, Status.SUCCEEDED)
    assert Take.objects.filter(job=job).count() == 1


def test_what_was_never_sent_goes_back_to_the_queue(queued, bring_to, sandbox, bob):
    job = queued()
    sandbox.add_fault("submit", "status", status=429)
    make_due(job)
    lifecycle.submit_job(job.pk)
    for _ in range(MAX_LAPSED_LEASES):
        make_due(job)
        assert claim(job.pk, Status.QUEUED, seconds=60) is not None  # and dies here
    make_due(job)
    lifecycle.submit_job(job.pk)
    job = fresh(job)
    assert (job.status, attention_reason(job), job.ledger.state) == (
        Status.HELD,
        AttentionReason.UNSENT,
        Money.ESTIMATED,
    )
    resolve.requery(job, by=bob)
    assert fresh(job).status == Status.QUEUED
    bring_to(job, Status.RUNNING)
    assert len(tasks_of(sandbox, job)) == 1


def test_a_render_that_comes_two_hours_late_is_collected(late, bring_to, sandbox):
    job = bring_to(late(), Status.SUCCEEDED)
    assert (fresh(job).ledger.state, Take.objects.filter(job=job).count()) == (Money.SETTLED, 1)


def test_a_late_render_is_asked_about_now(late, bob):
    job = late()
    resolve.requery(job, by=bob)
    assert (fresh(job).status, fresh(job).next_step_at <= timezone.now()) == (Status.RUNNING, True)
    assert fresh(job).events.last().by == bob
