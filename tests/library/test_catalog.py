"""Finding assets: what matches, for whom, in which order, at which cost."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from library.catalog import find_assets
from library.models import Asset, Project
from tests import factories

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


def names(user: User, **filters: object) -> list[str]:
    return [asset.handle for asset in find_assets(user, **filters).items]


@pytest.fixture
def library(alice: User, project: Project) -> None:
    factories.asset(
        alice, handle="Mara", title="Mara Voss", tags=["lead", "night"], description="Wears a red coat"
    )
    factories.asset(alice, handle="harbour", kind=Asset.Kind.IMAGE, title="Harbour at dusk", tags=["place"])
    factories.asset(alice, handle="secret", title="Plot twist", project=project, is_shared=False)
    factories.asset(alice, handle="old_coat")
    Asset.objects.filter(handle="old_coat").update(archived_at=timezone.now())


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["secret", "harbour", "Mara"]),
        ({"q": "mara"}, ["Mara"]),
        ({"q": "@MARA"}, ["Mara"]),
        ({"q": "red coat"}, ["Mara"]),
        ({"q": "coat  voss"}, ["Mara"]),
        ({"q": "NIGHT voss"}, ["Mara"]),
        ({"q": "voss harbour"}, []),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"q": "dusk"}, ["harbour"]),
        ({"kind": "image"}, ["harbour"]),
        ({"tag": "Night"}, ["Mara"]),
        ({"tag": "nigh"}, []),
        ({"tag": "night", "kind": "image"}, []),
        ({"cursor": "nonsense"}, ["secret", "harbour", "Mara"]),
        ({"cursor": "9" * 19}, ["secret", "harbour", "Mara"]),
    ],
)
@pytest.mark.usefixtures("library")
def test_every_word_and_every_filter_has_to_match(
    alice: User, filters: dict[str, str], found: list[str]
) -> None:
    assert names(alice, **filters) == found


@pytest.mark.usefixtures("library")
def test_everybody_finds_what_they_may_see(
    alice: User, bob: User, vera: User, charlie: User, admin_user: User
) -> None:
    found = {user.username: names(user) for user in (alice, bob, vera, charlie, admin_user)}
    all_of_it = ["secret", "harbour", "Mara"]
    assert found == {
        "alice": all_of_it,
        "bob": all_of_it,
        "vera": all_of_it,
        "charlie": ["harbour", "Mara"],
        "admin": all_of_it,
    }


@pytest.mark.usefixtures("library")
def test_a_project_finds_its_own(alice: User, project: Project) -> None:
    assert names(alice, project=project) == ["secret"]


def test_pages_follow_one_another_to_the_end(alice: User) -> None:
    made = [factories.asset(alice).handle for _ in range(5)]
    first = find_assets(alice, size=2)
    second = find_assets(alice, size=2, cursor=first.next_cursor)
    third = find_assets(alice, size=2, cursor=second.next_cursor)
    pages = [[asset.handle for asset in page.items] for page in (first, second, third)]
    assert pages == [made[:2:-1], made[2:0:-1], made[:1]]
    assert third.next_cursor == ""


def test_a_full_last_page_says_that_it_is_the_last(alice: User) -> None:
    factories.asset(alice)
    factories.asset(alice)
    assert find_assets(alice, size=2).next_cursor == ""


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_do_not_grow_with_the_page(
    alice: User, count: int, django_assert_num_queries: Callable[[int], object]
) -> None:
    for _ in range(count):
        factories.asset(alice, tags=["night", "lead"], pictures=2)
    with django_assert_num_queries(4):
        for asset in find_assets(alice, q="night", tag="lead").items:
            assert asset.facts == "character · 2 images"
            assert asset.cover.thumbnail_key
