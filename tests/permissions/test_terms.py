"""What was agreed about an asset is for those who may edit it: others see only whether and until when it may be used.

alice owns harbour-lights, bob edits there, rita reviews, vera views; charlie is a stranger who uses the shared asset.
"""

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.test import Client
from django.utils.formats import date_format

from generation import api_tokens
from generation.models import JobReference, Take
from library import ingest, storage
from library.models import Asset, Project, Rights
from tests import factories
from tests.generation.views.conftest import make_take

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]

TERMS = ("Agency contract 17", "Shoot of 3 May", "Inez Blau agreed in writing")
LAST_DAY = date(2999, 5, 3)
PEOPLE = {"alice": True, "bob": True, "rita": False, "vera": False, "charlie": False, "admin_user": True}


@pytest.fixture
def asset(alice: User, project: Project) -> Asset:
    rights = Rights(*TERMS, LAST_DAY)
    return factories.asset(alice, handle="Inez", project=project, is_shared=True, rights=rights)


@pytest.fixture(params=PEOPLE)
def person(request: pytest.FixtureRequest) -> User:
    found: User = request.getfixturevalue(request.param)
    return found


def may_know(person: User) -> bool:
    return PEOPLE["admin_user" if person.is_superuser else person.username]


def browser_of(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def told(text: str) -> bool:
    """Whether all of the terms stand there; some of them alone would be neither."""
    found = {terms in text for terms in TERMS}
    assert len(found) == 1
    return found.pop()


def content_of(answer: HttpResponseBase) -> bytes:
    streamed: Any = answer
    return b"".join(streamed.streaming_content) if answer.streaming else bytes(streamed.content)


def test_on_the_assets_pages(asset: Asset, person: User) -> None:
    ingest.add_version(asset, by=asset.created_by, media=[factories.media()])
    browser = browser_of(person)
    page = browser.get("/library/@Inez/").content.decode()
    assert date_format(LAST_DAY) in page
    assert told(page) is may_know(person)
    for address in ("versions/1/", "versions/compare/", "used/", "continuity/"):
        answer = browser.get(f"/library/@Inez/{address}")
        assert answer.status_code == 200
        assert not told(answer.content.decode())
    assert browser.get("/library/@Inez/edit/").status_code == (200 if may_know(person) else 403)


def test_in_the_api(asset: Asset, person: User) -> None:
    _, secret = api_tokens.make(user=person, name="program", can_write=False)
    found = Client().get("/api/v1/assets/Inez", headers={"Authorization": f"Bearer {secret}"}).json()
    terms = (found["licence"], found["source"], found["consent_note"])
    assert terms == (TERMS if may_know(person) else (None, None, None))
    assert found["rights_end_on"] == "2999-05-03"


def test_a_token_for_another_project_is_told_nothing(asset: Asset, alice: User) -> None:
    _, secret = api_tokens.make(user=alice, name="program", project=factories.project(alice))
    found = Client().get("/api/v1/assets/Inez", headers={"Authorization": f"Bearer {secret}"}).json()
    assert (found["licence"], found["rights_end_on"]) == (None, "2999-05-03")


def test_in_the_zip_of_assets(asset: Asset, person: User) -> None:
    answer = browser_of(person).post("/library/export/", {"handle": "Inez"})
    with zipfile.ZipFile(io.BytesIO(content_of(answer))) as packed:
        manifest = packed.read("manifest.json").decode()
    assert "2999-05-03" in manifest
    assert told(manifest) is may_know(person)


@pytest.mark.parametrize("name", ["alice", "vera", "charlie"])
def test_in_the_zip_of_approved_takes(
    request: pytest.FixtureRequest, asset: Asset, project: Project, charlie: User, name: str, tmp_path: Path
) -> None:
    """charlie made a take with it in a project of his own, which tells him no more."""
    person = request.getfixturevalue(name)
    home = factories.project(charlie) if person == charlie else project
    take = make_take(person, home)
    JobReference.objects.create(
        job=take.job, handle="Inez", asset=asset, version=asset.current_version, position=0
    )
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    storage.upload(film, take.key, "video/mp4")
    Take.objects.filter(pk=take.pk).update(review=Take.Review.APPROVED, size=4)
    answer = browser_of(person).get(f"/projects/{home.slug}/approved.zip")
    with zipfile.ZipFile(io.BytesIO(content_of(answer))) as packed:
        texts = {one: packed.read(one).decode() for one in packed.namelist() if not one.endswith(".mp4")}
    assert len(texts) == 2
    for text in texts.values():
        assert told(text) is may_know(person)
    (used,) = json.loads(texts["manifest.json"])["takes"][0]["assets"]
    assert used["rights_end_on"] == "2999-05-03"


def test_what_nobody_may_edit_with_the_project_left(asset: Asset, bob: User, project: Project) -> None:
    project.memberships.filter(user=bob).delete()
    assert not told(browser_of(bob).get("/library/@Inez/").content.decode())
