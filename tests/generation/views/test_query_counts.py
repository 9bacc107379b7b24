"""A list costs the same however long it is."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from generation.models import Job, Shot
from library.models import Project, ProjectAsset
from tests import factories
from tests.generation.views.conftest import make_take


def fill(alice: User, project: Project) -> None:
    """One more of everything that the pages list."""
    number = Shot.objects.count()
    shot = Shot.objects.create(project=project, code=f"{number:03}")
    make_take(alice, project, shot=shot)
    make_take(alice, project, shot=Shot.objects.order_by("pk").first())
    factories.job(alice, project, status=Job.Status.RUNNING)
    factories.job(alice, project, status=Job.Status.QUEUED, next_step_at=timezone.now())
    other = factories.project(alice)
    make_take(alice, other)
    asset = factories.asset(alice)
    ProjectAsset.objects.create(project=project, asset=asset)
    factories.join(project, factories.person(f"person-{number}"), "viewer")


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/?live=old",
        "/projects/",
        "/projects/harbour-lights/",
        "/projects/harbour-lights/edit/",
        "/projects/harbour-lights/new/",
        "/jobs/",
        "/jobs/?live=old",
        "/takes/",
    ],
)
def test_three_cost_as_much_as_one(as_alice: Client, alice: User, project: Project, address: str) -> None:
    fill(alice, project)
    one = queries(as_alice, address)
    fill(alice, project)
    fill(alice, project)
    assert queries(as_alice, address) == one


@pytest.mark.usefixtures("s3")
def test_a_job_and_a_take_cost_the_same_however_many_references_they_have(
    as_alice: Client, alice: User, project: Project
) -> None:
    """Three references with three pictures each, against one with one."""
    costs = []
    for count in (1, 3):
        take = make_take(alice, project)
        for place in range(count):
            asset = factories.asset(alice, pictures=count)
            take.job.references.create(
                handle=asset.handle, asset=asset, version=asset.current_version, position=place
            )
        costs.append(
            (queries(as_alice, take.get_absolute_url()), queries(as_alice, take.job.get_absolute_url()))
        )
    assert costs[0] == costs[1]
