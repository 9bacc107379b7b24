"""Whatever is typed into a search, a filter or a cursor: no error, and nothing that the person may not see."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.catalog import find_assets, prefix_handles, suggest_handles
from library.catalog.sorting import Sort
from library.models import Asset, Project
from library.models.search import search_text_of
from tests import factories

pytestmark = [pytest.mark.django_db]
ANYTHING = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WORDS = [
    "mara",
    "MARA",
    "@mar",
    "ma",
    "m",
    "night harbour",
    "%",
    "_",
    "\\",
    '"',
    "'",
    "*",
    "-",
    "AND",
    "NEAR(a b)",
]
TYPED = st.one_of(
    st.sampled_from(WORDS),
    st.lists(st.sampled_from([*WORDS, "\t", "\n", "\u202e", "İ", "ß", "👩🏽‍🚀", "語"]), max_size=12).map(
        "".join
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40),
    st.text("ab ", min_size=300, max_size=600),
)


@pytest.fixture
def cast(alice: User, charlie: User, project: Project) -> list[Asset]:
    """What everybody may see, what only alice's team may, and what only charlie may."""
    others = factories.project(charlie)
    return [
        made(charlie, "mara", "Mara at night"),
        made(alice, "mara_kept", "Mara of the harbour", project),
        made(charlie, "mara_secret", "Mara's night in the harbour", others),
        made(charlie, "ma_secret", "100% \\ \" ' * -", others),
    ]


def made(by: User, handle: str, title: str, kept_to: Project | None = None) -> Asset:
    asset = Asset(
        handle=handle, kind="image", title=title, created_by=by, home_project=kept_to, is_shared=not kept_to
    )
    asset.search_text = search_text_of(asset, ("night",))
    asset.save()
    return asset


def visible(user: User) -> set[Asset]:
    return {asset for asset in Asset.objects.all() if asset.is_shared or asset.created_by == user}


@ANYTHING
@given(q=TYPED, tag=TYPED, owner=TYPED, sort=st.sampled_from([*Sort]), cursor=TYPED)
def test_a_search_finds_a_part_of_what_one_may_see(
    cast: list[Asset], alice: User, charlie: User, q: str, tag: str, owner: str, sort: str, cursor: str
) -> None:
    for user in (alice, charlie):
        alone = set(find_assets(user, q=q, sort=sort).items)
        assert alone <= visible(user)
        assert set(find_assets(user, q=q, sort=sort, cursor=cursor).items) <= alone
        assert set(find_assets(user, q=q, sort=sort, owner=owner, tag=tag).items) <= alone


@ANYTHING
@given(q=TYPED, more=TYPED)
def test_more_words_never_find_more(cast: list[Asset], alice: User, q: str, more: str) -> None:
    assert set(find_assets(alice, q=f"{q} {more}").items) <= set(find_assets(alice, q=q).items)


@ANYTHING
@given(typed=TYPED)
def test_handles_are_offered_among_what_one_may_see(
    cast: list[Asset], alice: User, project: Project, typed: str
) -> None:
    offered = suggest_handles(alice, typed, project, limit=3)
    assert {asset.handle for asset in offered} <= {asset.handle for asset in visible(alice)}
    assert len(offered) == len({asset.pk for asset in offered}) <= 3
    assert set(prefix_handles(alice, typed)) <= visible(alice)


@ANYTHING
@given(q=st.one_of(TYPED, st.text(max_size=20)), cursor=st.text(max_size=20))
def test_the_page_takes_whatever_an_address_holds(
    cast: list[Asset], client: Client, alice: User, q: str, cursor: str
) -> None:
    client.force_login(alice)
    answer = client.get(
        "/library/", {"q": q, "cursor": cursor, "tag": q[:9], "owner": q, "sort": q, "kind": q}
    )
    assert answer.status_code == 200
    assert b"secret" not in answer.content.replace(q.encode(errors="replace"), b"")
