"""Sent, surely not sent, surely refused, unknown: what becomes of the job, and that nothing is paid twice."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.utils import timezone

from generation import lifecycle
from generation.lifecycle.leases import LeaseLost, claim, transition
from generation.lifecycle.submit.outcomes import accept
from generation.models import GatewayState, Job, LedgerEntry
from generation.models.job_codes import Event, EventCode, HoldCode
from tests.generation.lifecycle.conftest import make_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("s3")]
Status, Money = Job.Status, LedgerEntry.State


def submit(job):
    make_due(job)
    lifecycle.submit_job(job.pk)
    job.refresh_from_db()
    return job


def tasks_of(sandbox, job):
    return [task for task in sandbox.tasks() if str(job.uuid) in (task["idempotency_key"] or "")]


def test_taken(queued, sandbox):
    job = submit(queued())
    assert (job.status, job.task_id) == (Status.RUNNING, tasks_of(sandbox, job)[0]["id"])
    assert job.lease_token == ""


HTML = {"body": "<html>Bad gateway</html>", "content_type": "text/html"}
# The error table of skyreels-api.md, section 3, row by row: where keys are honoured, and where they are not.
ROWS = [
    ({"status": 400}, Status.FAILED, Status.FAILED),
    ({"status": 400, "code": "get_channel_failed"}, Status.QUEUED, Status.QUEUED),
    ({"status": 401}, Status.QUEUED, Status.QUEUED),
    ({"status": 402}, Status.QUEUED, Status.QUEUED),
    ({"status": 403}, Status.FAILED, Status.FAILED),
    ({"status": 404}, Status.FAILED, Status.FAILED),
    ({"status": 404, **HTML}, Status.FAILED, Status.FAILED),
    ({"status": 408}, Status.SUBMITTING, Status.HELD),
    ({"status": 409, "code": "idempotency_in_progress"}, Status.SUBMITTING, Status.HELD),
    ({"status": 409, "code": "idempotency_key_reused"}, Status.FAILED, Status.FAILED),
    ({"status": 409, "code": "idempotency_result_indeterminate"}, Status.HELD, Status.HELD),
    ({"status": 409}, Status.SUBMITTING, Status.HELD),
    ({"status": 413}, Status.FAILED, Status.FAILED),
    ({"status": 418}, Status.FAILED, Status.FAILED),
    ({"status": 422}, Status.FAILED, Status.FAILED),
    ({"status": 429}, Status.QUEUED, Status.QUEUED),
    ({"status": 500}, Status.SUBMITTING, Status.HELD),
    ({"status": 500, "message": "build_request_failed: duration"}, Status.FAILED, Status.FAILED),
    ({"status": 502, **HTML}, Status.SUBMITTING, Status.HELD),
    ({"status": 503}, Status.SUBMITTING, Status.HELD),
    ({"status": 503, "code": "idempotency_unavailable"}, Status.QUEUED, Status.QUEUED),
    ({"status": 504, "body": ""}, Status.SUBMITTING, Status.HELD),
    ({"status": 200, **HTML}, Status.SUBMITTING, Status.HELD),
    ({"status": 200, "body": ""}, Status.SUBMITTING, Status.HELD),
    ({"status": 200, "body": {"code": 200, "data": []}}, Status.SUBMITTING, Status.HELD),
]
MONEY = {Status.FAILED: Money.REFUNDED, Status.HELD: Money.UNCERTAIN}


@pytest.mark.parametrize("is_idempotent", [True, False], ids=["with keys", "without keys"])
def test_every_row_of_the_error_table(queued, sandbox, settings, alice, is_idempotent):
    """Its state, its money, and that whatever goes on is sent once."""
    settings.SKYREELS_IDEMPOTENT = is_idempotent
    seen, expected = [], []
    for number, (fault, with_keys, without) in enumerate(ROWS):
        sandbox.add_fault("submit", "status", match=f"row {number}.", **fault)
        job = submit(queued(f"row {number}."))
        wanted = with_keys if is_idempotent else without
        first = (fault, job.status, job.ledger.state)
        lifecycle.resume_gateway(by=alice)
        goes_on = wanted in {Status.QUEUED, Status.SUBMITTING}
        after = submit(job).status if goes_on else job.status
        seen.append((*first, after, len(tasks_of(sandbox, job))))
        money = MONEY.get(wanted, Money.ESTIMATED)
        # Nobody polls here: what runs must not wait for its share of the requests.
        Job.objects.filter(status=Status.RUNNING).update(next_step_at=timezone.now() + timedelta(hours=1))
        expected.append((fault, wanted, money, Status.RUNNING if goes_on else wanted, int(goes_on)))
    assert seen == expected


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_respected_in_both_forms(queued, sandbox, form):
    until = timezone.now() + timedelta(seconds=50)
    asked = 50 if form == "seconds" else format_datetime(until, usegmt=True)
    sandbox.add_fault("submit", "status", status=429, retry_after=asked)
    job = submit(queued())
    assert until - timedelta(seconds=2) < job.next_step_at < until + timedelta(seconds=5)


def test_the_waits_grow_and_differ(queued, sandbox):
    sandbox.add_fault("submit", "status", status=429, times=None)
    waits = [[], []]
    for one in waits:
        job = queued()
        for _ in range(5):
            one.append((submit(job).next_step_at - timezone.now()).total_seconds())
    assert all(one[0] < 3 < 20 < one[4] < 41 for one in waits)
    assert waits[0] != waits[1]


def test_refused_fails_with_the_field_and_the_money_back(queued, sandbox):
    body = {
        "error": {
            "code": "invalid_parameter",
            "message": "duration is wrong",
            "param": "duration",
            "type": "x",
        }
    }
    sandbox.add_fault("submit", "status", status=422, body=body)
    job = submit(queued())
    assert (job.status, job.error_param, job.ledger.state) == (Status.FAILED, "duration", Money.REFUNDED)
    assert "duration is wrong" in job.error_message


@pytest.mark.parametrize("status", [401, 402])
def test_key_or_balance_pauses_the_gateway_and_the_job_waits(queued, sandbox, status, alice):
    sandbox.add_fault("submit", "status", status=status)
    job, other = submit(queued()), queued("another one")
    assert job.status == Status.QUEUED
    assert submit(other).status == Status.QUEUED
    assert GatewayState.objects.get().paused_reason != ""
    assert tasks_of(sandbox, other) == []

    lifecycle.resume_gateway(by=alice)
    assert [submit(job).status, submit(other).status] == [Status.RUNNING, Status.RUNNING]


@pytest.mark.parametrize("kind", ["drop_after", "drop_midway", "drop_before"])
def test_an_unknown_outcome_is_resolved_with_the_same_key(queued, sandbox, kind):
    sandbox.add_fault("submit", kind)
    job = submit(queued())
    body = bytes(job.request_body)
    assert job.status == Status.SUBMITTING
    assert submit(job).status == Status.RUNNING
    assert bytes(job.request_body) == body
    assert len(tasks_of(sandbox, job)) == 1


def test_an_unknown_outcome_is_held_where_keys_are_not_honoured(queued, sandbox, settings):
    settings.SKYREELS_IDEMPOTENT = False
    sandbox.add_fault("submit", "drop_after")
    job = submit(queued())
    assert (job.status, job.ledger.state) == (Status.HELD, Money.UNCERTAIN)
    assert job.hold_code == HoldCode.SUBMIT_UNCLEAR


@pytest.mark.parametrize("second", [{"status": 429}, {"status": 401}, {"status": 402}, {"status": 503}])
def test_not_sent_at_the_second_try_says_nothing_about_the_first(queued, sandbox, second, alice):
    """The first try arrived; going back to the queue would make a new key and pay twice."""
    sandbox.add_fault("submit", "drop_after")
    sandbox.add_fault("submit", "status", **second)
    job = submit(queued())
    key = job.idempotency_key
    assert submit(job).status == Status.SUBMITTING
    lifecycle.resume_gateway(by=alice)
    assert submit(job).status == Status.RUNNING
    assert job.idempotency_key == key
    assert len(tasks_of(sandbox, job)) == 1


def test_a_worker_that_died_while_submitting_is_followed_by_one_that_sends_the_same(queued, sandbox):
    job = queued()
    sandbox.add_fault("submit", "drop_after")
    submit(job)
    make_due(job)
    assert claim(job.pk, Status.SUBMITTING, seconds=60) is not None  # and dies here
    assert submit(job).status == Status.RUNNING
    assert len(tasks_of(sandbox, job)) == 1


def test_without_idempotency_a_worker_that_died_leaves_a_held_job(queued, sandbox, settings):
    job = queued()
    sandbox.add_fault("submit", "drop_before")
    submit(job)
    settings.SKYREELS_IDEMPOTENT = False
    assert submit(job).status == Status.HELD


def test_a_late_answer_heals_a_held_job(queued, sandbox, settings):
    settings.SKYREELS_IDEMPOTENT = False
    sandbox.add_fault("submit", "drop_after")
    job = submit(queued())
    accept(job.pk, "task_late")
    job.refresh_from_db()
    assert (job.status, job.task_id, job.hold_code) == (Status.RUNNING, "task_late", "")


def test_a_second_task_is_told_and_changes_nothing(queued, sandbox):
    job = submit(queued())
    first = job.task_id
    accept(job.pk, "task_other")
    job.refresh_from_db()
    assert job.task_id == first
    assert job.events.last().code == EventCode.ACCEPTED_TWICE


def test_a_doubled_wake_up_sends_once(queued, sandbox):
    job = submit(queued())
    lifecycle.submit_job(job.pk)
    lifecycle.submit_job(job.pk)
    assert len(tasks_of(sandbox, job)) == 1


def test_a_worker_that_lost_its_lease_writes_nothing(queued, sandbox):
    job = queued()
    slow = claim(job.pk, Status.QUEUED, seconds=60)
    make_due(job)
    submit(job)

    with pytest.raises(LeaseLost):
        transition(slow, Status.QUEUED, Event(EventCode.NOT_SENT), after=0)
    job.refresh_from_db()
    assert job.status == Status.RUNNING


def test_what_another_gateway_may_have_taken_is_not_sent_to_this_one(queued, sandbox):
    sandbox.add_fault("submit", "drop_after")
    job = submit(queued())
    Job.objects.filter(pk=job.pk).update(provider="gateway", base_url="https://elsewhere.example")
    assert submit(job).status == Status.HELD


def test_tries_that_were_surely_not_sent_do_not_use_up_the_safe_repeats(queued, sandbox):
    job = queued()
    Job.objects.filter(pk=job.pk).update(attempts=20)
    sandbox.add_fault("submit", "drop_after")
    assert submit(job).status == Status.SUBMITTING
    assert submit(job).status == Status.RUNNING
    assert len(tasks_of(sandbox, job)) == 1


def test_an_outcome_that_stays_unknown_is_held_after_eight_tries(queued, sandbox):
    sandbox.add_fault("submit", "drop_before", times=None)
    job = queued()
    for _ in range(8):
        assert job.status in {Status.QUEUED, Status.SUBMITTING}
        submit(job)
    assert (job.status, job.ledger.state) == (Status.HELD, Money.UNCERTAIN)


def test_tries_before_do_not_count_for_a_worker_that_died_after_many_of_them(queued, sandbox):
    """The doubted tries are counted from the one that may have arrived."""
    job = queued()
    Job.objects.filter(pk=job.pk).update(attempts=20)
    sandbox.add_fault("submit", "drop_after")
    sandbox.add_fault("submit", "drop_before", times=5)
    for _ in range(6):
        submit(job)
        claim(job.pk, Status.SUBMITTING, seconds=60)  # by a worker that dies
        assert job.status == Status.SUBMITTING
        Job.objects.filter(pk=job.pk).update(lease_token="", lapsed_leases=0)
    assert submit(job).status == Status.RUNNING
    assert len(tasks_of(sandbox, job)) == 1


def test_a_doubted_job_outlasts_a_long_want(queued, sandbox):
    sandbox.add_fault("submit", "drop_after")
    sandbox.add_fault("submit", "status", status=429, times=12)
    job = queued()
    for _ in range(13):
        assert submit(job).status == Status.SUBMITTING
    assert submit(job).status == Status.RUNNING
    assert len(tasks_of(sandbox, job)) == 1


def test_a_doubted_job_rests_while_submits_are_paused(queued, sandbox, alice):
    sandbox.add_fault("submit", "drop_after")
    job, other = submit(queued()), queued("another one")
    sandbox.add_fault("submit", "status", status=402, match="another one")
    submit(other)
    tries = job.attempts
    for _ in range(10):
        submit(job)
    assert (job.status, job.attempts) == (Status.SUBMITTING, tries)
    lifecycle.resume_gateway(by=alice)
    assert submit(job).status == Status.RUNNING


def test_resuming_wakes_what_the_pause_kept_and_leaves_a_retry_after_alone(queued, sandbox, alice):
    sandbox.add_fault("submit", "status", status=429, retry_after=600, match="asked to wait")
    sandbox.add_fault("submit", "status", status=401, match="refused")
    told, refused = submit(queued("asked to wait")), submit(queued("refused"))
    lifecycle.resume_gateway(by=alice)
    told.refresh_from_db()
    assert told.next_step_at > timezone.now() + timedelta(seconds=500)
    lifecycle.submit_next(refused.pk)
    refused.refresh_from_db()
    assert refused.status == Status.RUNNING


def test_a_job_whose_workers_die_before_they_send_it_is_held(queued, sandbox):
    job = queued()
    for _ in range(4):
        make_due(job)
        claim(job.pk, Status.QUEUED, seconds=60)
    assert submit(job).status == Status.HELD
    assert job.hold_code == HoldCode.CRASHED_BEFORE_SUBMIT
    assert tasks_of(sandbox, job) == []
