"""Takes: the grid, the player, the stack."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation import lifecycle
from generation.composition import Settings
from generation.models import Shot
from library.models import Project
from tests import factories
from tests.generation.views.conftest import make_take


def test_the_player_plays_from_a_signed_address(
    as_alice: Client, alice: User, project: Project, settings
) -> None:
    take = make_take(alice, project)
    seen = as_alice.get(take.get_absolute_url()).content.decode()
    video = seen.split("<video")[1].split(">")[0]
    assert f'src="{settings.AWS_S3_PUBLIC_ENDPOINT_URL}/backlot/{take.key}?' in video
    assert ("X-Amz-Signature" in video, 'preload="metadata"' in video, take.poster_key in video) == (
        True,
        True,
        True,
    )


def test_the_stack_holds_the_takes_of_this_shot(as_alice: Client, alice: User, project: Project) -> None:
    shot = Shot.objects.create(project=project, code="020")
    first, second = make_take(alice, project, shot=shot), make_take(alice, project, shot=shot)
    make_take(alice, project)
    shown = as_alice.get(first.get_absolute_url()).context["stack"]
    assert [take["uuid"] for take in shown] == [first.uuid, second.uuid]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 3),
        ({"project": "harbour-lights"}, 3),
        ({"project": "other"}, 0),
        ({"shot": "020"}, 2),
        ({"project": "a\0"}, 0),
    ],
)
def test_the_grid_by_project_and_shot(
    as_alice: Client, alice: User, project: Project, query: dict[str, str], count: int
) -> None:
    shot = Shot.objects.create(project=project, code="020")
    for of in (shot, shot, None):
        make_take(alice, project, shot=of)
    page = as_alice.get("/takes/", query)
    assert (page.status_code, len(page.context["takes"])) == (200, count)


def test_a_long_grid_pages(as_alice: Client, alice: User, project: Project) -> None:
    made = [make_take(alice, project) for _ in range(38)]
    first = as_alice.get("/takes/")
    second = as_alice.get("/takes/", {"before": first.context["next"]})
    assert [*first.context["takes"], *second.context["takes"]] == made[::-1]


@pytest.mark.usefixtures("s3")
def test_handles_in_the_prompt_lead_to_their_assets(as_alice: Client, alice: User, project: Project) -> None:
    factories.asset(alice, handle="Mara")
    job = lifecycle.create(
        by=alice, project=project, prompt="Here @mara waves, a@mara not", settings=Settings()
    )
    page = as_alice.get(job.get_absolute_url())
    parts = [(part.text, part.reference is not None) for part in page.context["prompt_segments"]]
    assert parts == [("Here ", False), ("@mara", True), (" waves, a@mara not", False)]
    assert 'href="/library/@Mara/"' in page.content.decode()
