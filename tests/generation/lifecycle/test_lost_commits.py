"""The database goes away at the commit right before a job is sent, or before it is written down what became of it.

Only the worker knows that nothing was sent, or was refused: it says so as soon as it can, whatever others made of the
job meanwhile. The loss of the commit's answer is played, since no server can be made to lose just that one.
"""

import pytest
from django.db import OperationalError
from django.utils import timezone

from generation import lifecycle
from generation.lifecycle import transitions
from generation.lifecycle.held import resolve
from generation.lifecycle.leases import LeaseLost, claim, transition, transition_keeping_lease
from generation.lifecycle.submit import outcomes, submission
from generation.lifecycle.submit.outcomes import apply_submit_result
from generation.models import Job, LedgerEntry
from generation.models.job_codes import Event, EventCode
from generation.skyreels import errors
from tests.generation.lifecycle.conftest import make_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("s3")]
Status, Money = Job.Status, LedgerEntry.State


@pytest.fixture
def commit_is_lost(monkeypatch):
    """The next commit that says SUBMITTING is done or not, and its worker never hears of it."""

    def lose(*, is_done, meanwhile=lambda: None):
        def advance_unheard(*args, **fields):
            monkeypatch.setattr(submission, "transition_keeping_lease", transition_keeping_lease)
            if is_done:
                transition_keeping_lease(*args, **fields)
                meanwhile()
            raise OperationalError("server closed the connection unexpectedly")

        monkeypatch.setattr(submission, "transition_keeping_lease", advance_unheard)

    return lose


@pytest.mark.parametrize("is_idempotent", [True, False], ids=["with keys", "without keys"])
@pytest.mark.parametrize("is_done", [True, False], ids=["done", "not done"])
def test_a_job_whose_freezing_was_not_heard_of_is_sent_once(
    queued, sandbox, settings, commit_is_lost, is_done, is_idempotent
):
    settings.SKYREELS_IDEMPOTENT = is_idempotent
    commit_is_lost(is_done=is_done)
    job = queued()
    before = len(sandbox.tasks())
    lifecycle.submit_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.lease_token, job.lapsed_leases) == (Status.QUEUED, "", 0)
    assert job.next_step_at <= timezone.now()
    assert len(sandbox.tasks()) == before

    lifecycle.submit_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.ledger.state) == (Status.RUNNING, Money.ESTIMATED)
    assert len(sandbox.tasks()) == before + 1


def left_submitting(job):
    """Its lease lapses while its worker is away, and another one holds it for want of what that one knows."""
    make_due(job)
    lifecycle.submit_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.ledger.state) == (Status.HELD, Money.UNCERTAIN)


def test_what_was_held_meanwhile_for_want_of_knowing_is_sent_after_all(
    queued, sandbox, settings, commit_is_lost
):
    settings.SKYREELS_IDEMPOTENT = False
    job = queued()
    commit_is_lost(is_done=True, meanwhile=lambda: left_submitting(job))
    lifecycle.submit_job(job.pk)
    lifecycle.submit_job(job.pk)
    job = Job.objects.get(pk=job.pk)
    assert (job.status, job.hold_code, job.ledger.state) == (Status.RUNNING, "", Money.ESTIMATED)


def test_what_a_person_decided_meanwhile_stands(queued, sandbox, settings, commit_is_lost, alice):
    settings.SKYREELS_IDEMPOTENT = False
    job = queued()

    def decided():
        left_submitting(job)
        resolve.resubmit(job, by=alice)

    commit_is_lost(is_done=True, meanwhile=decided)
    lifecycle.submit_job(job.pk)
    job = Job.objects.get(pk=job.pk)
    assert (job.status, job.ledger.state) == (Status.HELD, Money.UNCERTAIN)
    assert "resubmitted_as" in job.hold_data


@pytest.mark.parametrize(
    ("outcome", "status", "money"),
    [
        (errors.Refused("No.", status_code=422), Status.FAILED, Money.REFUNDED),
        (errors.NotSent("Too many.", status_code=429), Status.QUEUED, Money.ESTIMATED),
        (errors.OutcomeUnknown("Cut off."), Status.HELD, Money.UNCERTAIN),
    ],
    ids=["refused", "not sent", "unknown"],
)
def test_an_outcome_that_could_not_be_written_heals_a_held_job(
    queued, settings, monkeypatch, outcome, status, money
):
    """The database goes away before it is written down; once it is back, another worker is quicker."""
    settings.SKYREELS_IDEMPOTENT = False
    job = queued()
    sending = transition_keeping_lease(
        claim(job.pk, Status.QUEUED, seconds=60),
        Status.SUBMITTING,
        Event(EventCode.SUBMITTING),
        idempotency_key="k",
    )
    job.refresh_from_db()

    def broken(*args, **fields):
        for module in (transitions, outcomes):
            monkeypatch.setattr(module, "transition", transition)
        left_submitting(job)
        raise OperationalError("server closed the connection unexpectedly")

    for module in (transitions, outcomes):
        monkeypatch.setattr(module, "transition", broken)
    apply_submit_result(sending, job, outcome, tried=0, is_retry=False)
    job = Job.objects.get(pk=job.pk)
    assert (job.status, job.ledger.state) == (status, money)
    assert outcome.message in job.events.last().data["message"]


def test_a_worker_that_was_only_slow_leaves_a_held_job_alone(queued, settings):
    settings.SKYREELS_IDEMPOTENT = False
    job = queued()
    slow = transition_keeping_lease(
        claim(job.pk, Status.QUEUED, seconds=60),
        Status.SUBMITTING,
        Event(EventCode.SUBMITTING),
        idempotency_key="k",
    )
    job.refresh_from_db()
    left_submitting(job)
    with pytest.raises(LeaseLost):
        apply_submit_result(slow, job, errors.Refused("No.", status_code=422), tried=0, is_retry=False)
    assert Job.objects.get(pk=job.pk).status == Status.HELD
