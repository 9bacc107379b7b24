"""Projects over the JSON API."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation.models import Shot
from library.models import Membership, Project
from tests import factories
from tests.generation.api.conftest import Program, error_of

PROJECTS = "/api/v1/projects"
JSON = {"content_type": "application/json"}


def test_the_list_has_mine(alice: User, charlie: User, project: Project, program: Program) -> None:
    factories.project(charlie, slug="far")
    seen = {
        name: [(item["slug"], item["may_edit"]) for item in program(name).get(PROJECTS).json()["items"]]
        for name in ("alice", "bob", "vera", "charlie")
    }
    assert seen == {
        "alice": [("harbour-lights", True)],
        "bob": [("harbour-lights", True)],
        "vera": [("harbour-lights", False)],
        "charlie": [("far", True)],
    }


def test_a_limited_token_sees_one_while_its_person_may(
    alice: User, bob: User, project: Project, program: Program
) -> None:
    factories.project(bob, slug="bobs-own")
    client = program("bob", project=project)
    assert [item["slug"] for item in client.get(PROJECTS).json()["items"]] == ["harbour-lights"]
    assert error_of(client.get(f"{PROJECTS}/bobs-own")) == (404, "not_found", None)
    Membership.objects.filter(user=bob, project=project).delete()
    assert client.get(PROJECTS).json() == {"items": [], "next": None}


def test_the_list_goes_on(alice: User, program: Program) -> None:
    for _ in range(60):
        factories.project(alice)
    client = program("alice")
    first = client.get(PROJECTS).json()
    rest = client.get(PROJECTS, {"cursor": first["next"]}).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (50, 10, None)
    assert error_of(client.get(PROJECTS, {"cursor": "-1"})) == (422, "invalid_parameter", "cursor")


def test_one_project_with_its_money(alice: User, project: Project, alices: Client) -> None:
    Project.objects.filter(pk=project.pk).update(budget_usd=12)
    factories.job(alice, project, estimate_usd="0.32")
    Shot.objects.create(project=project, code="020")
    seen = alices.get(f"{PROJECTS}/harbour-lights").json()
    assert (seen["budget_usd"], seen["committed_usd"], seen["shots"]) == (12.0, 0.32, ["020"])


def test_a_new_project_is_its_opener_s(alices: Client) -> None:
    answer = alices.post(PROJECTS, {"name": "Night Ferry", "budget_usd": 40.5}, **JSON)
    seen = answer.json()
    assert (answer.status_code, seen["slug"], seen["budget_usd"], seen["may_edit"]) == (
        201,
        "night-ferry",
        40.5,
        True,
    )
    assert Membership.objects.get(project__slug="night-ferry").user.username == "alice"


@pytest.mark.parametrize(
    ("sent", "param"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": ["x"]}, "name"),
        ({"name": "x", "budget_usd": -1}, "budget_usd"),
        ({"name": "x", "budget_usd": 1e300}, "budget_usd"),
        ({"name": "x", "budget_usd": 0.001}, "budget_usd"),
        ({"name": "x", "description": "nul \0"}, "description"),
    ],
)
def test_what_is_wrong_is_named(alices: Client, sent: dict[str, Any], param: str) -> None:
    assert error_of(alices.post(PROJECTS, sent, **JSON)) == (422, "invalid_parameter", param)
    assert Project.objects.count() == 1


def test_who_may_open_one(project: Project, program: Program) -> None:
    sent = {"name": "Night Ferry"}
    answers = [
        error_of(client.post(PROJECTS, sent, **JSON))[:2]
        for client in (program("alice", can_write=False), program("alice", project=project), program(None))
    ]
    assert answers == [(403, "read_only_token"), (403, "limited_token"), (401, "invalid_token")]
