"""A batch's page: how far its jobs are, its money, and taking back what waits."""

import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from generation import lifecycle
from generation.composition import Settings, TakeRequest
from generation.models import Batch, Job, LedgerEntry
from library.models import Project
from tests.generation.views.conftest import Visit, make_take

Status, State = Job.Status, LedgerEntry.State


@pytest.fixture
def batch(alice: User, project: Project) -> Batch:
    """Three takes of five seconds that wait."""
    return queued(alice, project, 3)


def queued(by: User, project: Project, count: int) -> Batch:
    take_requests = [
        TakeRequest(f"a harbour, try {number}", Settings(), shot="010") for number in range(1, count + 1)
    ]
    return lifecycle.create_batch(by=by, project=project, take_requests=take_requests, form_key=uuid4())


def page(client: Client, batch: Batch) -> str:
    return client.get(batch.get_absolute_url()).content.decode()


def test_the_page_shows_the_jobs_in_the_order_asked_for(as_alice: Client, batch: Batch) -> None:
    seen = page(as_alice, batch)
    assert "Batch of 3 takes" in seen
    assert re.findall(r"try \d", seen) == ["try 1", "try 2", "try 3"]
    assert ('Queued: <span class="figure">3' in seen, 'id="cancel-all"' in seen) == (True, True)


def test_money_is_told_as_it_stands(as_alice: Client, batch: Batch) -> None:
    done, failed, _ = batch.jobs.order_by("pk")
    Job.objects.filter(pk=done.pk).update(status=Status.SUCCEEDED, task_id="t1", next_step_at=None)
    LedgerEntry.objects.filter(job=done).update(state=State.SETTLED, actual_usd=Decimal("0.30"))
    Job.objects.filter(pk=failed.pk).update(status=Status.FAILED, next_step_at=None)
    LedgerEntry.objects.filter(job=failed).update(state=State.REFUNDED, actual_usd=0)
    answer = as_alice.get(batch.get_absolute_url())
    assert answer.context["money"] == {
        "agreed": Decimal("0.96"),
        "settled": Decimal("0.30"),
        "promised": Decimal("0.32"),
        "given_back": Decimal("0.32"),
    }
    seen = answer.content.decode()
    assert ("$0.96" in seen, 'value="2"' in seen) == (True, True)


def test_the_live_part_answers_when_something_has_changed(as_alice: Client, batch: Batch) -> None:
    answer = as_alice.get(batch.get_absolute_url())
    address = re.search(r'hx-get="([^"]+)"', answer.content.decode())[1].replace("&amp;", "&")
    assert as_alice.get(address).status_code == 204
    Job.objects.filter(pk=batch.jobs.first().pk).update(progress=40)
    changed = as_alice.get(address)
    assert (changed.status_code, changed.templates[0].name) == (200, "generation/jobs/_batch.html")
    batch.jobs.update(status=Status.CANCELLED, next_step_at=None)
    assert "hx-get" not in as_alice.get(address).content.decode(), "an ended batch no longer asks"


def test_one_or_all_that_wait_can_be_taken_back(as_alice: Client, batch: Batch) -> None:
    first, sent, _ = batch.jobs.order_by("pk")
    Job.objects.filter(pk=sent.pk).update(status=Status.RUNNING, task_id="t1")
    cancel = f"{batch.get_absolute_url()}cancel/"
    as_alice.post(cancel, {"job": str(first.uuid)}, follow=True)
    assert statuses(batch) == ["cancelled", "running", "queued"]
    as_alice.post(cancel, {"job": str(sent.uuid)}, follow=True)
    assert statuses(batch) == ["cancelled", "running", "queued"]
    as_alice.post(cancel)
    assert statuses(batch) == ["cancelled", "running", "cancelled"]
    again = as_alice.post(cancel, follow=True)
    assert [message.level_tag for message in again.context["messages"]][-1] == "info"
    assert LedgerEntry.objects.filter(state=State.REFUNDED).count() == 2


def statuses(batch: Batch) -> list[str]:
    return list(batch.jobs.order_by("pk").values_list("status", flat=True))


@pytest.mark.parametrize("job", ["", "x", "3f1c8f0e-0000-4000-8000-000000000000"])
def test_no_job_of_another_batch_is_taken_back(
    as_alice: Client, alice: User, project: Project, batch: Batch, job: str
) -> None:
    cancel = f"{batch.get_absolute_url()}cancel/"
    other = queued(alice, project, 1).jobs.get()
    assert as_alice.post(cancel, {"job": job}).status_code == 404
    assert as_alice.post(cancel, {"job": str(other.uuid)}).status_code == 404
    other.refresh_from_db()
    assert other.status == Status.QUEUED


def test_who_may_look_and_who_may_take_back(batch: Batch, charlie: User, visit: Visit) -> None:
    people = ("alice", "bob", "rita", "vera", "charlie", None)
    looks = [visit(name).get(batch.get_absolute_url()).status_code for name in people]
    assert looks == [200, 200, 200, 200, 404, 302]
    assert "Cancel" not in page(visit("vera"), batch)
    cancel = f"{batch.get_absolute_url()}cancel/"
    writes = [visit(name).post(cancel).status_code for name in reversed(people)]
    assert writes == [302, 404, 403, 403, 302, 302]
    assert visit("alice").get(cancel).status_code == 405


def test_a_job_leads_to_its_batch_and_to_what_it_was_made_from(
    as_alice: Client, alice: User, project: Project, batch: Batch
) -> None:
    take = make_take(alice, project)
    job = batch.jobs.first()
    Job.objects.filter(pk=job.pk).update(made_from=take)
    seen = as_alice.get(job.get_absolute_url()).content.decode()
    assert f'<a href="{batch.get_absolute_url()}">' in seen
    assert f'<a href="{take.get_absolute_url()}">' in seen


def test_a_long_batch_costs_no_more_questions(as_alice: Client, alice: User, project: Project) -> None:
    costs = []
    for count in (1, 5):
        batch = queued(alice, project, count)
        with CaptureQueriesContext(connection) as seen:
            page(as_alice, batch)
        costs.append(len(seen))
    assert costs[0] == costs[1]
