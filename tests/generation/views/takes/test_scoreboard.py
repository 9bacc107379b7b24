"""The scoreboard's and the continuity sheet's pages."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from generation.models import Take
from library.models import Asset, Project
from tests import factories
from tests.generation.reviews.reports.test_continuity import make
from tests.generation.reviews.reports.test_scores import named, paid
from tests.generation.views.conftest import Visit


@pytest.fixture
def mara(alice: User, s3: None) -> Asset:
    return factories.asset(alice, handle="Mara")


def asked(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_it_says_what_it_is_for_when_there_is_nothing(as_alice: Client) -> None:
    page = as_alice.get("/scoreboard/")
    assert (b'class="empty"' in page.content, b"<table" in page.content) == (True, False)


@pytest.mark.parametrize(
    ("by", "name"),
    [
        ("handle", 'href="/library/@Mara/continuity/"><bdi>@Mara</bdi></a>'),
        ("model", "Fast"),
        ("person", "alice"),
        ("x", "@Mara"),
    ],
)
def test_each_tab_has_its_table_and_bars(
    as_alice: Client, alice: User, project: Project, mara: Asset, by: str, name: str
) -> None:
    named(mara, paid(alice, project, review=Take.Review.APPROVED, usd="0.5000"))
    page = as_alice.get("/scoreboard/", {"by": by})
    seen = re.sub(r">\s+<", "><", page.content.decode())
    assert name in seen
    assert "<td>100 %</td><td>$0.5000</td><td>5.0</td><td>0.20</td><td>$0.1000</td>" in seen
    assert '<rect class="score-ok" x="0.000" y="0" width="100.000" height="10"/>' in seen


def test_a_handle_that_one_may_not_open_is_no_link(
    visit: Visit, alice: User, project: Project, mara: Asset
) -> None:
    other = factories.project(alice)
    Asset.objects.filter(pk=mara.pk).update(is_shared=False, home_project=other)
    named(mara, paid(alice, project))
    seen = visit("bob").get("/scoreboard/").content.decode()
    assert "@Mara" in seen
    assert "/library/@Mara/" not in seen


@pytest.mark.parametrize("query", [{"month": "2026-13"}, {"project": "far-shore"}])
def test_an_invalid_filter_has_an_error(as_alice: Client, query: dict[str, str]) -> None:
    page = as_alice.get("/scoreboard/", query)
    assert (page.status_code, list(page.context["form"].errors)) == (422, list(query))


@pytest.mark.parametrize(
    "address", ["/scoreboard/", "/library/@Mara/continuity/", "/playlists/new/?project=harbour-lights"]
)
def test_three_cost_as_much_as_one(
    as_alice: Client, alice: User, project: Project, mara: Asset, address: str
) -> None:
    make(mara, alice, project)
    one = asked(as_alice, address)
    for _ in range(2):
        named(factories.asset(alice), make(mara, alice, project))
        make(mara, alice, factories.project(alice))
    assert asked(as_alice, address) == one


def test_the_sheet_tells_shot_version_and_state(
    as_alice: Client, alice: User, project: Project, mara: Asset
) -> None:
    take = make(mara, alice, project)
    seen = as_alice.get("/library/@Mara/continuity/").content.decode()
    for told in (
        take.poster_key,
        f'href="{take.get_absolute_url()}"',
        "v1 ·",
        "badge-info",
        "Harbour Lights",
    ):
        assert told in seen
    assert not as_alice.get("/library/@Mara/continuity/?approved=1").context["sheet"].lines


def test_the_asset_leads_to_its_sheet(as_alice: Client, mara: Asset) -> None:
    assert 'href="/library/@Mara/continuity/"' in as_alice.get("/library/@Mara/").content.decode()
