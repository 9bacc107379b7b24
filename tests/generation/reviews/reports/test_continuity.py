"""The continuity sheet: every take of an asset once, in the order of the story, with the version that it used."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation.models import JobReference, Shot, Take
from generation.reviews.reports import continuity
from generation.reviews.reports.continuity import sheet
from library import ingest
from library.models import Asset, Project
from tests import factories
from tests.generation.views.conftest import make_take

pytestmark = pytest.mark.usefixtures("s3")


@pytest.fixture
def mara(alice: User) -> Asset:
    return factories.asset(alice, handle="Mara")


def make(asset: Asset, by: User, project: Project, *, parts: int = 1, shot: Shot | None = None) -> Take:
    take = make_take(by, project, shot=shot)
    for position in range(parts):
        JobReference.objects.create(
            job=take.job, handle=asset.handle, asset=asset, version=asset.current_version, position=position
        )
    return take


def test_all_projects_in_the_order_of_the_story(alice: User, project: Project, mara: Asset) -> None:
    late, early = (Shot.objects.create(project=project, code=code) for code in ("020", "010"))
    other = factories.project(alice, name="A first project")
    loose, second = make(mara, alice, project), make(mara, alice, project, shot=late)
    ingest.add_version(mara, by=alice, media=[factories.media()])
    mara.refresh_from_db()
    first, elsewhere = make(mara, alice, project, parts=2, shot=early), make(mara, alice, other)
    make_take(alice, project)
    found = sheet(alice, mara, approved=False, page=1)
    assert [line.take for line in found.lines] == [elsewhere, first, second, loose]
    assert [line.versions for line in found.lines] == [[2], [2], [1], [1]]
    assert [len(line.parts) for line in found.lines] == [1, 2, 1, 1]


def test_the_approved_alone(alice: User, project: Project, mara: Asset) -> None:
    chosen, _ = make(mara, alice, project), make(mara, alice, project)
    Take.objects.filter(pk=chosen.pk).update(review=Take.Review.APPROVED)
    found = sheet(alice, mara, approved=True, page=1)
    assert ([line.take for line in found.lines], found.count) == ([chosen], 1)


def test_what_one_may_not_see_is_counted_only(alice: User, bob: User, project: Project, mara: Asset) -> None:
    make(mara, alice, project)
    make(mara, alice, factories.project(alice))
    found = sheet(bob, mara, approved=False, page=1)
    assert (found.count, found.hidden) == (1, 1)


def test_it_is_one_page_to_print_however_many_weeks_were_shot(
    alice: User, project: Project, mara: Asset, client: Client
) -> None:
    made = [make(mara, alice, project) for _ in range(150)]
    client.force_login(alice)
    text = client.get("/library/@Mara/continuity/").content.decode()
    assert [take for take in made if take.get_absolute_url() not in text] == []
    assert "Pages" not in text


def test_a_long_one_pages(
    alice: User, project: Project, mara: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(continuity, "PAGE_SIZE", 2)
    made = [make(mara, alice, project) for _ in range(5)]
    pages = [sheet(alice, mara, approved=False, page=page) for page in (1, 2, 3, 9)]
    assert [line.take for page in pages[:3] for line in page.lines] == made
    assert [(page.page, page.pages, page.first, page.last) for page in pages] == [
        (1, 3, 1, 2), (2, 3, 3, 4), (3, 3, 5, 5), (3, 3, 5, 5),
    ]  # fmt: skip
