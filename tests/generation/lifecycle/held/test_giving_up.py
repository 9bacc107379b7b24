"""A held job is sent again or written off: one decision each, the money followed, nothing paid twice unseen."""

import threading
from decimal import Decimal

import pytest
from django.db import connection

from generation import lifecycle
from generation.lifecycle.held import resolve
from generation.lifecycle.leases import claim
from generation.lifecycle.submit.outcomes import accept
from generation.models import Job, LedgerEntry, Take
from library.models import Project
from tests import factories
from tests.generation.lifecycle.conftest import make_due
from tests.generation.lifecycle.held_jobs import fresh, held, tasks_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("s3")]
Status, Money = Job.Status, LedgerEntry.State
NOTHING_CHANGED = "Nothing was changed."


def test_sending_again_makes_a_second_job_and_keeps_the_first_one_s_money_uncertain(
    perhaps_sent, bring_to, sandbox, bob
):
    job = perhaps_sent()
    made = resolve.resubmit(job, by=bob)
    job, made = fresh(job), fresh(made)
    assert (job.status, job.ledger.state) == (Status.HELD, Money.UNCERTAIN)
    assert (made.status, made.ledger.state, made.created_by) == (Status.QUEUED, Money.ESTIMATED, bob)
    assert (made.plan, made.prompt, made.estimate_usd) == (job.plan, job.prompt, job.estimate_usd)
    assert LedgerEntry.objects.committed() == 2 * job.estimate_usd
    assert job.hold_data["resubmitted_as"] == str(made)
    assert [job.events.last().by, made.events.last().by] == [bob, bob]

    bring_to(made, Status.SUCCEEDED)
    assert [len(tasks_of(sandbox, one)) for one in (job, made)] == [1, 1]
    assert fresh(job).idempotency_key != fresh(made).idempotency_key


def test_a_job_is_sent_again_once_and_can_still_be_found_and_written_off(perhaps_sent, sandbox, bob):
    job = perhaps_sent()
    made = resolve.resubmit(job, by=bob)
    with pytest.raises(lifecycle.NotPossible, match=str(made)):
        resolve.resubmit(job, by=bob)
    resolve.attach(job, tasks_of(sandbox, job)[0]["id"], by=bob)
    assert fresh(job).status == Status.RUNNING


def test_a_job_sent_again_keeps_its_references(queued, sandbox, settings, alice, bob, project):
    asset = factories.asset(alice, handle="Mara")
    settings.SKYREELS_IDEMPOTENT = False
    sandbox.add_fault("submit", "drop_after")
    job = queued("@Mara walks")
    lifecycle.submit_job(job.pk)
    made = resolve.resubmit(job, by=bob)
    assert [(one.handle, one.asset, one.version) for one in made.references.all()] == [
        ("Mara", asset, asset.current_version)
    ]
    asset.refresh_from_db()
    assert asset.use_count == 2


def test_sending_again_does_not_pass_the_budget(perhaps_sent, sandbox, bob, project):
    job = perhaps_sent()
    Project.objects.filter(pk=project.pk).update(budget_usd=job.estimate_usd)
    with pytest.raises(lifecycle.CannotQueue, match="budget"):
        resolve.resubmit(job, by=bob)
    assert (Job.objects.count(), fresh(job).hold_data) == (1, job.hold_data)


@pytest.mark.parametrize(
    ("paid", "state", "amount"), [(True, Money.SETTLED, "0.192"), (False, Money.REFUNDED, "0")]
)
def test_writing_off_settles_the_money_once(perhaps_sent, bob, paid, state, amount):
    job = perhaps_sent()
    resolve.write_off(job, by=bob, paid=paid)
    job = fresh(job)
    assert (job.status, job.error_code, job.next_step_at) == (Status.FAILED, "written_off", None)
    assert (job.ledger.state, job.ledger.actual_usd) == (state, Decimal(amount))
    assert (job.events.last().by, job.finished_at is None) == (bob, False)
    with pytest.raises(resolve.NothingToDecide):
        resolve.write_off(job, by=bob, paid=not paid)
    assert fresh(job).ledger.state == state


def test_an_answer_that_comes_after_the_write_off_is_an_event_only(perhaps_sent, sandbox, poll, bob):
    job = perhaps_sent()
    task = tasks_of(sandbox, job)[0]["id"]
    resolve.write_off(job, by=bob, paid=False)
    accept(job.pk, task)
    job = fresh(job)
    assert (job.status, job.ledger.state, Take.objects.exists()) == (Status.FAILED, Money.REFUNDED, False)
    assert job.events.last().data["task"] == task
    assert poll() == 0


def test_a_late_render_that_was_written_off_is_not_fetched(late, poll, bob, sandbox):
    job = late()
    asked = claim_running(job)
    resolve.write_off(job, by=bob, paid=True)
    assert fresh(job).status == Status.FAILED
    assert poll() == 0
    lifecycle.store_job(job.pk)
    assert (asked is None, Take.objects.exists()) == (False, False)


def claim_running(job):
    """A sweep that is asking about it at this moment."""
    make_due(job)
    return claim(job.pk, Status.RUNNING, seconds=60)


@pytest.mark.parametrize(
    "status", [Status.QUEUED, Status.SUBMITTING, Status.RUNNING, Status.STORING, *Job.Status.finished]
)
def test_nothing_else_can_be_decided(alice, project, status):
    job = factories.job(alice, project, status=status)
    decisions = [
        lambda: resolve.attach(job, "task_1", by=alice),
        lambda: resolve.requery(job, by=alice),
        lambda: resolve.resubmit(job, by=alice),
        lambda: resolve.write_off(job, by=alice, paid=True),
    ]
    for decide in decisions:
        with pytest.raises(resolve.NothingToDecide):
            decide()
    assert (fresh(job).status, job.events.count(), Job.objects.count()) == (status, 0, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("decision", ["send", "write_off", "ask"])
def test_two_who_press_at_once_do_one_thing(alice, project, decision):
    job = held(alice, project, request_body=b"{}", task_id="task_1" if decision == "ask" else "")
    start, told = threading.Barrier(4), []
    decide = {
        "send": lambda: resolve.resubmit(Job.objects.get(pk=job.pk), by=alice),
        "write_off": lambda: resolve.write_off(Job.objects.get(pk=job.pk), by=alice, paid=True),
        "ask": lambda: resolve.requery(Job.objects.get(pk=job.pk), by=alice),
    }[decision]

    def press():
        start.wait()
        try:
            decide()
        except lifecycle.NotPossible as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    presses = [threading.Thread(target=press) for _ in range(4)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert len(told) == 3
    assert job.events.filter(by=alice).count() == 1
    assert Job.objects.count() == (2 if decision == "send" else 1)
    assert LedgerEntry.objects.count() == Job.objects.count()
