"""Takes over the JSON API."""

import httpx
import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation.models import Promotion, Shot
from library.models import Asset, Project
from tests import factories
from tests.generation.api.conftest import Program, error_of
from tests.generation.films import stored_take
from tests.generation.views.conftest import make_take

TAKES = "/api/v1/takes"
JSON = {"content_type": "application/json"}


def test_the_list_has_mine_by_project_and_shot(
    alice: User, charlie: User, project: Project, alices: Client
) -> None:
    loose = make_take(alice, project)
    shot = make_take(alice, project, shot=Shot.objects.create(project=project, code="020"))
    make_take(charlie, factories.project(charlie, slug="far"))

    def found(**query: str) -> list[str]:
        return [item["uuid"] for item in alices.get(TAKES, query).json()["items"]]

    assert found() == found(project="harbour-lights") == [str(shot.uuid), str(loose.uuid)]
    assert found(shot="020") == [str(shot.uuid)]
    assert error_of(alices.get(TAKES, {"project": "far"})) == (404, "not_found", None)
    assert error_of(alices.get(TAKES, {"cursor": "٣"})) == (422, "invalid_parameter", "cursor")


@pytest.mark.usefixtures("s3")
def test_a_take_with_an_address_that_opens(alice: User, project: Project, alices: Client) -> None:
    take = stored_take(alice, project)
    seen = alices.get(f"{TAKES}/{take.uuid}").json()
    assert (seen["project"], seen["job"], seen["seconds"]) == ("harbour-lights", str(take.job.uuid), 2.0)
    assert len(httpx.get(seen["url"], trust_env=False).content) == seen["size"]


@pytest.mark.usefixtures("s3")
def test_a_take_and_its_frame_become_assets(alice: User, project: Project, alices: Client) -> None:
    take = stored_take(alice, project)
    address = f"{TAKES}/{take.uuid}/promote"
    clip = alices.post(address, {"handle": "@dusk_clip", "tags": ["Dusk, sea"]}, **JSON)
    frame = alices.post(address, {"handle": "dusk", "at": 1.0, "shared": True}, **JSON)
    assert (clip.status_code, frame.status_code) == (201, 201)
    seen = [
        (one["handle"], one["kind"], one["shared"], one["project"]) for one in (clip.json(), frame.json())
    ]
    assert seen == [
        ("dusk_clip", "video", False, "harbour-lights"),
        ("dusk", "image", True, "harbour-lights"),
    ]
    assert clip.json()["tags"] == ["dusk", "sea"]
    assert Promotion.objects.filter(take=take).count() == 2
    assert alices.post(address, {"handle": "dusk_clip"}, **JSON).json()["handle"] == "dusk_clip"
    assert Promotion.objects.filter(take=take).count() == 2


@pytest.mark.usefixtures("s3")
def test_what_cannot_become_an_asset_is_told(
    alice: User, charlie: User, project: Project, alices: Client
) -> None:
    take = stored_take(alice, project)
    factories.asset(charlie, handle="taken")
    count = Asset.objects.count()
    for sent, param in [
        ({}, "handle"),
        ({"handle": "two words"}, "handle"),
        ({"handle": "dusk", "at": 99}, "at"),
        ({"handle": "dusk", "at": -1}, "at"),
        ({"handle": "dusk", "tags": ["x" * 41]}, "tags"),
        ({"handle": "dusk", "frame": 1}, "frame"),
    ]:
        answer = alices.post(f"{TAKES}/{take.uuid}/promote", sent, **JSON)
        assert error_of(answer) == (422, "invalid_parameter", param), sent
    answer = alices.post(f"{TAKES}/{take.uuid}/promote", {"handle": "taken"}, **JSON)
    assert error_of(answer) == (409, "handle_taken", "handle")
    assert Asset.objects.count() == count


@pytest.mark.parametrize(("what", "for_readers"), [("", 200), ("/promote", 403)])
def test_who_may_do_what(
    alice: User, bob: User, charlie: User, project: Project, program: Program, what: str, for_readers: int
) -> None:
    take = make_take(alice, project)

    def status(client: Client) -> int:
        path = f"{TAKES}/{take.uuid}{what}"
        return (client.post(path, {"handle": "dusk"}, **JSON) if what else client.get(path)).status_code

    assert [status(program(name)) for name in ("vera", "rita")] == [for_readers] * 2
    assert status(program("bob", can_write=False)) == for_readers
    assert status(program("charlie")) == 404
    assert status(program("bob", project=factories.project(bob))) == 404
    assert status(program(None)) == 401
