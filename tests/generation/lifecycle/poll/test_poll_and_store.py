"""What the provider says about a render, and what it hands out in the end."""

import pytest

from generation import lifecycle
from generation.lifecycle.leases import claim
from generation.lifecycle.store.results import MAX_TRIES
from generation.models import Job, LedgerEntry, Take
from tests.generation.lifecycle.conftest import make_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("s3")]
Status, Money = Job.Status, LedgerEntry.State


def poll_once(job, poll):
    make_due(job)
    poll()
    job.refresh_from_db()
    return job


def store(job):
    make_due(job)
    lifecycle.store_job(job.pk)
    job.refresh_from_db()
    return job


@pytest.fixture
def running(queued, bring_to, sandbox):
    return lambda *args, **kwargs: bring_to(queued(*args, **kwargs), Status.RUNNING)


def test_an_unknown_status_means_keep_asking(running, poll, bring_to, sandbox):
    sandbox.add_fault("query", "task_status", status="dreaming")
    job = poll_once(running(), poll)
    assert (job.status, job.provider_status) == (Status.RUNNING, "dreaming")
    bring_to(job, Status.SUCCEEDED)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 502, "body": "<html>Bad gateway</html>", "content_type": "text/html"},
        {"kind": "status", "status": 429, "retry_after": 3},
        {"kind": "drop_before"},
        {"kind": "drop_midway"},
    ],
    ids=str,
)
def test_no_answer_changes_nothing(running, poll, bring_to, sandbox, fault):
    sandbox.add_fault("query", **fault)
    job = poll_once(running(), poll)
    assert job.status == Status.RUNNING
    bring_to(job, Status.SUCCEEDED)


def test_a_failed_render_says_why_and_gives_the_money_back(queued, bring_to, poll, sandbox):
    sandbox.add_fault("submit", "fail_task", code="moderation", message="the prompt was refused")
    job = bring_to(queued(), Status.RUNNING)
    while job.status == Status.RUNNING:
        poll_once(job, poll)
    assert (job.status, job.error_code, job.ledger.state) == (Status.FAILED, "moderation", Money.REFUNDED)
    assert "the prompt was refused" in job.error_message


def test_the_address_may_be_a_plain_string(running, bring_to, sandbox):
    sandbox.add_fault("query", "url_as_string", times=None)
    assert bring_to(running(), Status.SUCCEEDED).take.seconds == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize("kind", ["empty_file", "truncated_file", "html_file"])
def test_a_file_that_does_not_open_is_no_take_and_is_fetched_again(running, bring_to, sandbox, kind):
    job = bring_to(running(), Status.STORING)
    sandbox.add_fault("download", kind)
    assert store(job).status == Status.STORING
    assert not Take.objects.exists()
    assert store(job).status == Status.SUCCEEDED


def test_a_file_that_never_opens_is_held(running, bring_to, sandbox):
    job = bring_to(running(), Status.STORING)
    sandbox.add_fault("download", "html_file", times=None)
    for _ in range(MAX_TRIES):
        store(job)
    assert (job.status, job.ledger.state) == (Status.HELD, Money.UNCERTAIN)


def test_a_download_that_never_began_is_tried_again(running, bring_to, sandbox):
    job = bring_to(running(), Status.STORING)
    sandbox.add_fault("download", "drop_before")
    assert store(job).status == Status.STORING
    assert store(job).status == Status.SUCCEEDED


def test_a_download_that_breaks_goes_on_behind_its_last_byte(running, bring_to, sandbox):
    job = bring_to(running(), Status.STORING)
    sandbox.add_fault("download", "drop_midway")
    assert store(job).status == Status.SUCCEEDED


def test_a_dead_link_is_asked_for_again_and_held_in_the_end(running, bring_to, sandbox):
    job = bring_to(running(), Status.STORING)
    sandbox.add_fault("download", "dead_link", times=None)
    for _ in range(2 * MAX_TRIES):
        store(job)
    assert (job.status, job.ledger.state) == (Status.HELD, Money.UNCERTAIN)
    assert job.hold_data["problems"][0]["code"] == "link_dead"


def test_our_own_trouble_has_more_patience(running, bring_to, sandbox, settings, tmp_path):
    job = bring_to(running(), Status.STORING)
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "gone"
    for _ in range(2 * MAX_TRIES):
        assert store(job).status == Status.STORING
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    assert store(job).status == Status.SUCCEEDED


def test_a_link_of_another_gateway_is_not_asked_for_here(running, bring_to, sandbox):
    job = bring_to(running(), Status.STORING)
    Job.objects.filter(pk=job.pk).update(provider="gateway", base_url="https://elsewhere.example")
    sandbox.add_fault("download", "dead_link")
    asked = len(sandbox.log())
    assert store(job).status == Status.STORING
    assert job.events.last().data["problems"][-1]["code"] == "other_provider"
    assert not [entry for entry in sandbox.log()[asked:] if "/tasks/" in entry["path"]]


def test_storing_twice_keeps_one_take(running, bring_to, sandbox):
    job = bring_to(running(), Status.SUCCEEDED)
    lifecycle.store_job(job.pk)
    assert Take.objects.count() == 1


def test_a_worker_that_died_while_storing_is_followed_by_another(running, bring_to, sandbox):

    job = bring_to(running(), Status.STORING)
    make_due(job)
    assert claim(job.pk, Status.STORING, seconds=60) is not None  # and dies here
    assert store(job).status == Status.SUCCEEDED


def test_three_workers_that_died_while_storing_hold_the_job(running, bring_to, sandbox):

    job = bring_to(running(), Status.STORING)
    for _ in range(3):
        make_due(job)
        assert claim(job.pk, Status.STORING, seconds=60) is not None
    assert store(job).status == Status.HELD


def test_a_large_result_is_stored(running, bring_to, sandbox):
    job = bring_to(running(), Status.STORING)
    sandbox.add_fault("download", "pad_file", megabytes=30)
    assert store(job).status == Status.SUCCEEDED
    assert job.take.size > 30_000_000


def test_a_sandbox_that_moved_to_another_port_is_still_asked(running, bring_to, sandbox):
    job = running()
    Job.objects.filter(pk=job.pk).update(base_url="http://127.0.0.1:1")
    bring_to(job, Status.SUCCEEDED)
    assert Take.objects.filter(job=job).exists()


def test_a_link_to_the_port_of_yesterday_is_asked_for_again(running, bring_to, sandbox):
    job = bring_to(running(), Status.STORING)
    Job.objects.filter(pk=job.pk).update(result_url="http://127.0.0.1:1/results/gone.mp4")
    assert store(job).status == Status.STORING
    assert store(job).status == Status.SUCCEEDED


def test_a_job_of_another_gateway_is_not_asked_about_here(running, poll, sandbox):
    job = running()
    Job.objects.filter(pk=job.pk).update(provider="gateway", base_url="https://elsewhere.example")
    make_due(job)
    assert poll() == 0
