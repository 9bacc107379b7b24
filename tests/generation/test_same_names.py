"""Things of the same name that are made at the same moment: each request gets its own, or a refusal, never an error."""

from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from generation import api_tokens
from generation.models import PersonalProject, Shot
from library import ingest
from library.ingest.tags import tags_named
from library.models import Collection, Project
from tests import factories
from tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 12


def browsers(*people: User) -> list[Client]:
    made = [Client(raise_request_exception=False) for _ in people]
    for browser, person in zip(made, people, strict=True):
        browser.force_login(person)
    return made


def posted(browser: Client, path: str, sent: dict[str, Any]) -> Any:
    def send() -> HttpResponse:
        return browser.post(path, sent)

    return send


def tagged(name: str) -> int:
    [tag] = tags_named([name])
    return tag.pk


def test_projects_of_the_same_name(alice: User) -> None:
    asked = [posted(browser, "/projects/new/", {"name": "Dailies"}) for browser in browsers(*[alice] * MANY)]
    assert [answer.status_code for answer in at_once(*asked)] == [302] * MANY
    slugs = {f"dailies-{number}" for number in range(2, MANY + 1)} | {"dailies"}
    assert set(Project.objects.values_list("slug", flat=True)) == slugs


def test_the_personal_project_of_one_person_is_made_once(alice: User) -> None:
    _, secret = api_tokens.make(user=alice, name="program")
    sent = {"model": "skyreels-v4-fast", "prompt": "dusk", "resolution": "480p"}

    def ask() -> Any:
        program = Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)
        return program.post("/v1/videos/generations", sent, content_type="application/json")

    assert {answer.status_code for answer in at_once(*[ask] * 8)} <= {200}
    assert PersonalProject.objects.count() == 1


def test_personal_projects_of_people_whose_names_give_the_same_slug() -> None:
    people = [factories.person(name) for name in ("ann.lee", "ann lee", "ann_lee", "ann-lee", "Ann+Lee")]

    def ask_for(person: User) -> Any:
        _, secret = api_tokens.make(user=person, name="program")
        program = Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)
        sent = {"model": "skyreels-v4-fast", "prompt": "dusk", "resolution": "480p"}
        return lambda: program.post("/v1/videos/generations", sent, content_type="application/json")

    answers = at_once(*[ask_for(person) for person in people])
    assert [answer.status_code for answer in answers] == [200] * len(people)
    assert PersonalProject.objects.count() == len(people)


def test_collections_of_the_same_name(alice: User) -> None:
    asked = [
        posted(browser, "/library/collections/", {"name": "Boats"}) for browser in browsers(*[alice] * 6)
    ]
    statuses = sorted(answer.status_code for answer in at_once(*asked))
    assert (statuses, Collection.objects.count()) == ([302] + [422] * 5, 1)


def test_shots_tags_and_members_of_the_same_name(alice: User, project: Project) -> None:
    codes = at_once(*[lambda: Shot.objects.get_or_create(project=project, code="010")[0].pk] * 8)
    assert len(set(codes)) == 1
    spellings = ["night sky", "night-sky", "Night Sky", "night_sky", "night  sky", "night/sky"]
    tags = at_once(*[partial(tagged, name) for name in spellings * 2])
    assert len(set(tags)) == len(spellings)
    factories.person("dave")
    sent = {"username": "dave", "role": "viewer"}
    path = f"/projects/{project.slug}/members/"
    answers = at_once(*[posted(browser, path, sent) for browser in browsers(*[alice] * 6)])
    assert {answer.status_code for answer in answers} <= {302, 422}
    assert project.memberships.filter(user__username="dave").count() == 1


def test_handles_of_the_same_name(alice: User, s3: None) -> None:
    media = factories.media()

    def make() -> str:
        try:
            ingest.create_asset(by=alice, handle="Pier", kind="image", media=[media])
        except ingest.HandleTaken:
            return "taken"
        return "made"

    assert sorted(map(str, at_once(*[make] * 5))) == ["made"] + ["taken"] * 4
