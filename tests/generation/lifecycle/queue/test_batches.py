"""Batches: all or none, once, within the budget, each of them to be cancelled while it waits."""

from decimal import Decimal
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection

from generation import lifecycle
from generation.composition import ProblemCode, Settings, TakeRequest, message_of, variations_of
from generation.models import Batch, Job, LedgerEntry, Shot
from generation.skyreels.schemas import RuleCode
from tests import factories

pytestmark = pytest.mark.django_db
Status = Job.Status
THREE = [TakeRequest(prompt, Settings(duration=5)) for prompt in ("dawn", "noon", "night")]


def create(by, project, take_requests=THREE, form_key=None, **fields):
    return lifecycle.create_batch(
        by=by, project=project, take_requests=take_requests, form_key=form_key or uuid4(), **fields
    )


def refusal(by, project, take_requests=THREE, **fields):
    with pytest.raises(lifecycle.CannotQueue) as refused:
        create(by, project, take_requests, **fields)
    return [(problem.field, problem) for problem in refused.value.problems]


def test_each_brief_becomes_a_job_of_its_own(alice, project):
    settings = Settings(duration=4, aspect_ratio="1:1")
    take_request = TakeRequest("a {red|blue} door", settings, shot="020")
    batch = create(alice, project, variations_of(take_request, takes=2, resolutions=["720p"]))
    jobs = batch.jobs.order_by("pk")
    assert [(job.prompt, job.resolution) for job in jobs] == [
        (f"a {colour} door", resolution)
        for colour in ("red", "blue")
        for resolution in ("480p", "720p")
        for _ in range(2)
    ]
    assert {(job.status, job.shot.code, job.aspect_ratio, job.created_by) for job in jobs} == {
        (Status.QUEUED, "020", "1:1", alice)
    }
    assert {job.events.get().status for job in jobs} == {Status.QUEUED}
    assert LedgerEntry.objects.filter(project=project).committed() == sum(job.estimate_usd for job in jobs)


def test_shots_are_made_once(alice, project):
    known = Shot.objects.create(project=project, code="010")
    batch = create(alice, project, [TakeRequest("a", shot=code) for code in ("010", "020", "020", "")])
    codes = [job.shot and job.shot.code for job in batch.jobs.order_by("pk")]
    assert (codes, batch.jobs.first() is not None) == (["010", "020", "020", None], True)
    assert [shot.code for shot in project.shots.all()] == ["010", "020"]
    assert known.jobs.count() == 1


def test_one_wrong_brief_stops_them_all_and_every_fault_is_told(alice, project):
    take_requests = [
        TakeRequest("a", shot="030"),
        TakeRequest("@Nobody", Settings(duration=2)),
        TakeRequest("b"),
        TakeRequest("", Settings(resolution="8k")),
    ]
    found = refusal(alice, project, take_requests)
    assert [param for param, _ in found] == ["1.prompt", "1.duration", "3.prompt", "3.resolution"]
    assert [problem.values["problem"].code for _, problem in found[:2]] == [
        ProblemCode.UNKNOWN_HANDLE,
        RuleCode.DURATION_OUT_OF_RANGE,
    ]
    assert message_of(found[0][1]).startswith("Take 2: ")
    assert (Job.objects.count(), Batch.objects.count(), Shot.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("count", [0, 101])
def test_a_batch_has_one_to_a_hundred_takes(alice, project, count):
    assert [param for param, _ in refusal(alice, project, [TakeRequest("a")] * count)] == ["takes"]


def test_the_budget_is_asked_once_for_the_total(alice):
    small = factories.project(alice, budget_usd="0.90")
    ((field, problem),) = refusal(alice, small)
    assert (field, problem.code) == ("budget", ProblemCode.OVER_LIMIT)
    assert ("$0.96" in message_of(problem), "$0.90" in message_of(problem)) == (True, True)
    assert not Job.objects.exists()
    create(alice, small, THREE[:2])
    assert "$0.26" in message_of(refusal(alice, small, THREE[:1])[0][1])


def test_a_form_sent_twice_makes_one_batch(alice, bob, project):
    key = uuid4()
    first = create(alice, project, form_key=key)
    assert create(alice, project, [TakeRequest("something else")], form_key=key) == first
    assert (Batch.objects.count(), Job.objects.count()) == (1, 3)
    assert refusal(bob, project, form_key=key)[0][0] == "form_key"


def test_a_form_is_one_job_or_one_batch(alice, project):
    as_job, as_batch = uuid4(), uuid4()
    lifecycle.create(by=alice, project=project, prompt="a", settings=Settings(), form_key=as_job)
    create(alice, project, form_key=as_batch)
    ((field, problem),) = refusal(alice, project, form_key=as_job)
    assert (field, problem.code) == ("form_key", ProblemCode.FORM_MADE_TAKE)
    with pytest.raises(lifecycle.CannotQueue) as refused:
        lifecycle.create(by=alice, project=project, prompt="a", settings=Settings(), form_key=as_batch)
    assert [found.code for found in refused.value.problems] == [ProblemCode.FORM_MADE_BATCH]


def test_the_draft_of_a_form_is_used_up(alice, project):
    key = uuid4()
    lifecycle.save_draft(by=alice, project=project, prompt="{a|b}", settings=Settings(), form_key=key)
    create(alice, project, form_key=key)
    assert {*Job.objects.values_list("status", flat=True)} == {Status.QUEUED}


def test_what_waits_can_be_cancelled_one_by_one_or_all(alice, project):
    batch = create(alice, project)
    first, second, third = batch.jobs.order_by("pk")
    lifecycle.cancel(first, by=alice)
    Job.objects.filter(pk=second.pk).update(status=Status.RUNNING, task_id="task_1")
    assert lifecycle.cancel_batch(batch, by=alice) == 1
    assert lifecycle.cancel_batch(batch, by=alice) == 0
    states = batch.jobs.order_by("pk").values_list("status", flat=True)
    assert list(states) == [Status.CANCELLED, Status.RUNNING, Status.CANCELLED]
    assert LedgerEntry.objects.filter(project=project).committed() == second.estimate_usd
    assert third.events.last().code == "cancelled"


def test_a_check_tells_prices_and_makes_nothing(alice, project):
    found = lifecycle.check_batch(by=alice, project=project, take_requests=[*THREE, TakeRequest("@Nobody")])
    assert [one.ok for one in found] == [True, True, True, False]
    assert sum(one.estimate_usd for one in found[:3]) == Decimal("0.96")
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_once_makes_one_batch(alice, project):
    key, start, made = uuid4(), Barrier(2), []

    def send():
        try:
            start.wait()
            made.append(create(alice, project, form_key=key).pk)
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    assert len(set(made)) == 1
    assert Job.objects.count() == 3
