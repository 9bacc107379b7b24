"""Whose turn it is: by priority, fairly between projects, by age; what rests; that a wake-up sends the best."""

import random
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from generation import lifecycle
from generation.composition import Settings
from generation.lifecycle.queue import dispatch
from generation.models import GatewayState, Job, Production
from library.models import Project
from tests import factories

pytestmark = pytest.mark.django_db
Status, Priority = Job.Status, Job.Priority


@pytest.fixture
def waits(alice: User, project: Project):
    """A job that waits to be sent, of the project unless another is named."""

    def make(of: Project = project, **fields) -> Job:
        values = {"status": Status.QUEUED, "next_step_at": timezone.now(), **fields}
        return factories.job(alice, of, **values)

    return make


def sent_in_order() -> list[int]:
    """Every waiting job, as one worker takes them: what was taken is in flight."""
    order = []
    while (lease := dispatch.claim_next(seconds=60)) is not None:
        Job.objects.filter(pk=lease.job_id).update(status=Status.SUBMITTING)
        order.append(lease.job_id)
    return order


def test_by_priority_then_by_age(waits):
    bulk, normal, fix, later = (
        waits(priority=level).pk
        for level in (Priority.BULK, Priority.NORMAL, Priority.REVIEW, Priority.NORMAL)
    )
    assert sent_in_order() == [fix, normal, later, bulk]


def test_projects_take_turns_however_many_jobs_one_of_them_has(waits, alice):
    small = factories.project(alice)
    many = [waits().pk for _ in range(4)]
    few = [waits(small).pk for _ in range(2)]
    assert sent_in_order() == [many[0], few[0], many[1], few[1], many[2], many[3]]


def test_a_project_with_jobs_at_the_provider_waits_for_the_others(waits, alice, project):
    factories.job(alice, project, status=Status.RUNNING, next_step_at=timezone.now())
    first, other = waits().pk, waits(factories.project(alice)).pk
    assert sent_in_order() == [other, first]


def test_jobs_that_have_ended_or_are_not_due_do_not_count(waits, alice, project):
    for status in (Status.SUCCEEDED, Status.FAILED, Status.HELD):
        factories.job(alice, project, status=status)
    waits(next_step_at=timezone.now() + timedelta(minutes=5))
    job = waits()
    assert sent_in_order() == [job.pk]


def test_the_places_are_the_order_in_which_jobs_are_sent(waits, alice, project):
    chance = random.Random(4)
    projects = [project, factories.project(alice), factories.project(alice)]
    made = [waits(chance.choice(projects), priority=chance.choice(Priority.values)) for _ in range(30)]
    places = dispatch.queue_positions(made)
    assert sent_in_order() == sorted(places, key=places.__getitem__)
    assert sorted(places.values()) == list(range(30))


def test_a_paused_project_waits_and_keeps_nobody_else(waits, alice, project):
    rests, goes = waits(), waits(factories.project(alice))
    production = Production.objects.create(project=project, paused_at=timezone.now())
    assert (dispatch.queue_positions([rests, goes]), sent_in_order()) == ({goes.pk: 0}, [goes.pk])
    assert list(Job.objects.filter(dispatch.not_dispatchable())) == [rests]
    production.delete()
    assert sent_in_order() == [rests.pk]


def test_nothing_is_sent_while_submits_are_paused(waits, settings):
    job = waits()
    GatewayState.objects.create(base_url=settings.SKYREELS_BASE_URL, paused_at=timezone.now())
    lifecycle.submit_next(job.pk)
    before = job.next_step_at
    job.refresh_from_db()
    assert (job.status, job.lease_token, job.next_step_at) == (Status.QUEUED, "", before)


@pytest.mark.usefixtures("s3")
def test_a_wake_up_sends_the_best_and_each_is_sent_once(sandbox, alice, project):
    bulk, fix = (
        lifecycle.create(by=alice, project=project, prompt=prompt, settings=Settings(duration=3))
        for prompt in ("for later", "a fix")
    )
    Job.objects.filter(pk=fix.pk).update(priority=Priority.REVIEW)
    seen = []
    for woken in (bulk, fix, fix):
        lifecycle.submit_next(woken.pk)
        seen.append(set(Job.objects.filter(status=Status.RUNNING).values_list("pk", flat=True)))
    assert seen == [{fix.pk}, {fix.pk, bulk.pk}, {fix.pk, bulk.pk}]
    keys = [task["idempotency_key"] or "" for task in sandbox.tasks()]
    assert [sum(str(job.uuid) in key for key in keys) for job in (bulk, fix)] == [1, 1]


@pytest.mark.usefixtures("s3")
def test_a_wake_up_for_a_job_that_another_worker_just_sends_is_not_lost(sandbox, alice, project):
    first, second = (
        lifecycle.create(by=alice, project=project, prompt=prompt, settings=Settings(duration=3))
        for prompt in ("first", "second")
    )
    later = timezone.now() + timedelta(seconds=30)
    Job.objects.filter(pk=first.pk).update(status=Status.SUBMITTING, lease_token="its", next_step_at=later)
    lifecycle.submit_next(first.pk)
    second.refresh_from_db()
    assert second.status == Status.RUNNING
