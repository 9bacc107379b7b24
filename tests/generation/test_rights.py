"""Ended rights: refused in a new take, kept in one that waits, marked on what was made."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from generation import lifecycle
from generation.composition import ProblemCode, Settings, compose
from generation.models import Job, JobReference
from library.models import Asset, Project, Rights
from tests import factories
from tests.generation.lifecycle.held_jobs import held
from tests.generation.views.conftest import composed, make_take

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days)


def inez(by: User, days: int, **fields: object) -> Asset:
    return factories.asset(by, handle="Inez", rights=Rights(rights_end_on=in_days(days)), **fields)


def create(by: User, project: Project, prompt: str = "@Inez waits") -> Job:
    return lifecycle.create(by=by, project=project, prompt=prompt, settings=Settings(duration=3))


def end_rights(asset: Asset) -> None:
    Asset.objects.filter(pk=asset.pk).update(rights_end_on=in_days(-3))


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def test_ended_rights_stand_beside_the_prompt(as_alice: Client, alice: User, project: Project) -> None:
    inez(alice, -1, project=project)
    answer = as_alice.post("/projects/harbour-lights/new/", composed(prompt="@inez waits"))
    assert answer.status_code == 422
    assert [found.code for found in answer.context["problems"]["prompt"]] == [ProblemCode.RIGHTS_ENDED]
    assert not Job.objects.exists()


def test_no_job_is_queued_with_ended_rights(alice: User, project: Project) -> None:
    inez(alice, -1, project=project)
    with pytest.raises(lifecycle.CannotQueue) as refused:
        create(alice, project)
    assert [(found.field, found.code) for found in refused.value.problems] == [
        ("prompt", ProblemCode.RIGHTS_ENDED)
    ]
    assert not Job.objects.exists()


@pytest.mark.parametrize("days", [0, 1, 40])
def test_the_last_day_is_a_day_of_use(alice: User, project: Project, days: int) -> None:
    inez(alice, days, project=project)
    assert create(alice, project).status == Job.Status.QUEUED


def test_a_job_that_waits_keeps_what_it_was_queued_with(alice: User, project: Project) -> None:
    asset = inez(alice, 0, project=project)
    job = create(alice, project)
    end_rights(asset)
    job.refresh_from_db()
    assert job.status == Job.Status.QUEUED
    assert list(job.references.values_list("handle", flat=True)) == ["Inez"]


def test_a_job_is_not_made_again_with_ended_rights(as_alice: Client, alice: User, project: Project) -> None:
    asset = inez(alice, 0, project=project)
    job = create(alice, project)
    lifecycle.cancel(job, by=alice)
    end_rights(asset)
    page = as_alice.post(f"/jobs/{job.uuid}/retry/", follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert Job.objects.count() == 1


def test_a_held_job_is_not_sent_again_with_ended_rights(
    as_alice: Client, alice: User, project: Project
) -> None:
    asset, job = inez(alice, 0, project=project), held(alice, project)
    JobReference.objects.create(
        job=job, handle="Inez", asset=asset, version=asset.current_version, position=0
    )
    end_rights(asset)
    send = {"action": "send", "agreed": "on"}
    answer = as_alice.post(f"/jobs/{job.uuid}/resolve/", send)
    assert (answer.status_code, "@Inez" in answer.content.decode()) == (409, True)
    assert (Job.objects.count(), Job.objects.get().status) == (1, Job.Status.HELD)
    Asset.objects.filter(pk=asset.pk).update(rights_end_on=in_days(0))
    assert as_alice.post(f"/jobs/{job.uuid}/resolve/", send).status_code == 302
    assert Job.objects.count() == 2


def test_who_may_extend_is_named_for_an_asset_without_a_project(alice: User, project: Project) -> None:
    inez(alice, -1)
    found = compose(user=alice, project=project, prompt="@Inez", settings=Settings()).problems
    assert found[0].values["hint"] == Asset.objects.get().rights_extension_hint


def test_job_and_take_are_marked(as_alice: Client, alice: User, project: Project) -> None:
    asset, other = inez(alice, 0, project=project), factories.asset(alice, handle="Tom")
    take = make_take(alice, project)
    for place, one in enumerate((asset, other)):
        JobReference.objects.create(
            job=take.job, handle=one.handle, asset=one, version=one.current_version, position=place
        )
    mark, card = "<bdi>@Inez</bdi>: rights expired", "rights expired</span>"
    addresses = [take.job.get_absolute_url(), take.get_absolute_url()]
    for address in addresses:
        assert mark not in as_alice.get(address).content.decode()
    assert card not in as_alice.get("/takes/").content.decode()
    end_rights(asset)
    for address in addresses:
        page = as_alice.get(address).content.decode()
        assert mark in page
        assert "<bdi>@Tom</bdi>: rights" not in page
    for address in ("/takes/", "/projects/harbour-lights/"):
        assert card in as_alice.get(address).content.decode()


def test_chips_and_links_show_the_end(as_alice: Client, alice: User, project: Project) -> None:
    inez(alice, -3, project=project)
    for address in ("/projects/harbour-lights/new/", "/projects/harbour-lights/"):
        assert "rights expired 3 days ago" in as_alice.get(address).content.decode()


def test_marks_cost_no_queries(as_alice: Client, alice: User, project: Project) -> None:
    def fill(days: int) -> None:
        asset = factories.asset(alice, project=project, rights=Rights(rights_end_on=in_days(days)))
        take = make_take(alice, project)
        JobReference.objects.create(
            job=take.job, handle=asset.handle, asset=asset, version=asset.current_version, position=0
        )

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert as_alice.get(address).status_code == 200
        return len(seen)

    fill(-1)
    addresses = ("/takes/", "/projects/harbour-lights/", "/projects/harbour-lights/new/")
    once = [cost(address) for address in addresses]
    fill(-5)
    fill(3)
    assert [cost(address) for address in addresses] == once


def test_each_job_counts_once_as_a_use(alice: User, project: Project) -> None:
    asset, unused = inez(alice, 5, project=project), factories.asset(alice)
    before = timezone.now()
    create(alice, project, "@Inez and @inez again")
    create(alice, project)
    asset.refresh_from_db()
    unused.refresh_from_db()
    assert (asset.use_count, unused.use_count, unused.last_used_at) == (2, 0, None)
    assert asset.last_used_at is not None
    assert before <= asset.last_used_at <= timezone.now()


def test_a_form_sent_twice_counts_one_use(alice: User, project: Project) -> None:
    asset = inez(alice, 5, project=project)
    job = create(alice, project)
    again = lifecycle.create(
        by=alice, project=project, prompt="@Inez waits", settings=Settings(), form_key=job.form_key
    )
    asset.refresh_from_db()
    assert (again, asset.use_count) == (job, 1)


def test_a_refused_job_counts_as_no_use(alice: User) -> None:
    poor = factories.project(alice, budget_usd="0.01")
    asset = inez(alice, 5, project=poor)
    with pytest.raises(lifecycle.CannotQueue):
        create(alice, poor)
    asset.refresh_from_db()
    assert (asset.use_count, asset.last_used_at) == (0, None)
