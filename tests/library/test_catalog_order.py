"""In which order the library stands, how its pages follow one another, and what is offered while a handle is typed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.catalog import Sort, filtering, find_assets, suggest_handles
from library.models import Asset, Collection, Favourite, Project, ProjectAsset
from library.models.search import search_text_of
from library.usability import Use

pytestmark = [pytest.mark.django_db]

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def make(by: User, handle: str, **fields: object) -> Asset:
    """An asset without files, as the writers of assets leave it."""
    asset = Asset(**{"handle": handle, "kind": "image", "created_by": by, **fields})
    asset.search_text = search_text_of(asset, ())
    asset.save()
    return asset


def names(user: User, **filters: object) -> list[str]:
    return [asset.handle for asset in find_assets(user, **filters).items]


def walked(user: User, size: int, **filters: object) -> list[str]:
    """The whole list, page after page."""
    found, cursor = [], ""
    while True:
        page = find_assets(user, size=size, cursor=cursor, **filters)
        assert len(page.items) <= size
        found += [asset.handle for asset in page.items]
        if not page.next_cursor:
            return found
        cursor = page.next_cursor


def expected_order(sort: str) -> list[str]:
    keys: dict[str, Callable[[Asset], object]] = {
        Sort.NEWEST: lambda asset: -asset.pk,
        Sort.NAME: lambda asset: asset.handle.lower(),
        Sort.MOST: lambda asset: (-asset.use_count, -asset.pk),
        Sort.USED: lambda asset: (
            -(asset.last_used_at.timestamp() if asset.last_used_at else 0),
            -asset.pk,
        ),
    }
    return [asset.handle for asset in sorted(Asset.objects.all(), key=keys[Sort(sort)])]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    uses=st.lists(st.tuples(st.integers(0, 2), st.one_of(st.none(), st.integers(0, 3))), max_size=9),
    size=st.integers(1, 4),
)
def test_pages_show_everything_once_in_every_order(
    alice: User, uses: list[tuple[int, int | None]], size: int
) -> None:
    Asset.objects.all().delete()
    for number, (count, hours) in enumerate(uses):
        used = None if hours is None else NOON + timedelta(hours=hours, microseconds=number % 2)
        name = f"{'bBaA_9-x'[number % 4]}{'_-9z'[number % 4]}{number}"
        make(alice, name, use_count=count, last_used_at=used)
    for sort in Sort.values:
        assert walked(alice, size, sort=sort) == expected_order(sort)
        assert walked(alice, size, sort=sort, q="im") == []


def test_names_stand_byte_by_byte_whatever_the_case(alice: User) -> None:
    for name in ("mara_2", "Mara", "mara-1", "MARA2", "anna"):
        make(alice, name)
    assert names(alice, sort="name") == ["anna", "Mara", "mara-1", "MARA2", "mara_2"]


def test_a_search_keeps_its_order_over_pages(alice: User) -> None:
    for number in range(7):
        make(alice, f"lamp_{number}", title="brass lamp", use_count=number % 3)
        make(alice, f"chair_{number}")
    for sort in Sort.values:
        wanted = [name for name in expected_order(sort) if name.startswith("lamp")]
        assert walked(alice, 3, sort=sort, q="bra amp") == wanted


@pytest.mark.parametrize(
    "cursor", ["nonsense", "W10", "9" * 30, "e30", "WyJuYW1lIiwieCIsMV0", "WyJuZXdlc3QiLG51bGwsLTFd"]
)
def test_a_cursor_that_is_not_ours_starts_at_the_beginning(alice: User, cursor: str) -> None:
    make(alice, "first")
    make(alice, "second")
    assert names(alice, cursor=cursor) == ["second", "first"]


@pytest.mark.parametrize(
    "cursor", ["WyJ1c2VkIiwibm8gZGF0ZSIsMV0", "WyJtb3N0IiwieCIsMV0", "WyJ1c2VkIiwiMjAyNi05OS05OSIsMV0"]
)
@pytest.mark.parametrize("sort", ["used", "most"])
def test_a_cursor_with_a_made_up_value_breaks_nothing(alice: User, cursor: str, sort: str) -> None:
    make(alice, "first")
    assert len(names(alice, cursor=cursor, sort=sort)) <= 1


def test_filters(alice: User, bob: User, project: Project) -> None:
    frame = make(alice, "frame", uses=Use.FRAME | Use.SUBJECT)
    make(bob, "voice", kind="audio", uses=Use.VOICE)
    make(bob, "gone", archived_at=timezone.now())
    linked = make(bob, "linked")
    ProjectAsset.objects.create(project=project, asset=linked)
    make(bob, "at_home", home_project=project)
    Favourite.objects.create(user=alice, asset=frame)
    Favourite.objects.create(user=bob, asset=linked)
    shelf = Collection.objects.create(name="Shelf", owner=alice)
    shelf.assets.add(linked, frame)
    assert names(alice, usable=Use.FRAME) == ["frame"]
    assert names(alice, usable=Use.FRAME | Use.VOICE) == []
    assert names(alice, owner="bob") == ["at_home", "linked", "voice"]
    assert names(alice, archived=True) == ["gone"]
    assert names(alice, project=project) == ["at_home", "linked"]
    assert names(alice, favourite=True) == ["frame"]
    assert names(alice, collection=shelf) == ["linked", "frame"]
    assert names(alice, collection=shelf, owner="bob", project=project, sort="name") == ["linked"]


def test_a_tag_is_found_whatever_its_case_in_any_alphabet(alice: User) -> None:
    make(alice, "sea").tags.set(["été", "night"])
    assert names(alice, tag="ÉTÉ") == names(alice, tag="Night") == ["sea"]


@pytest.mark.parametrize("sort", Sort.values)
def test_few_and_many_are_found_alike(
    alice: User, project: Project, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Collection.objects.create(name="Shelf", owner=alice)
    for number in range(9):
        lamp = make(alice, f"lamp_{number}", title="brass", use_count=number % 3)
        if number % 2:
            ProjectAsset.objects.create(project=project, asset=lamp)
            Favourite.objects.create(user=alice, asset=lamp)
            shelf.assets.add(lamp)
            lamp.tags.add("night")
    at_home = make(alice, "lamp_home", title="brass", home_project=project)
    ProjectAsset.objects.create(project=project, asset=at_home)
    filters = [
        {"q": "brass"},
        {"tag": "Night"},
        {"project": project},
        {"favourite": True},
        {"collection": shelf},
        {"q": "lamp", "tag": "night", "project": project, "favourite": True, "collection": shelf},
    ]
    few = [walked(alice, 2, sort=sort, **one) for one in filters]
    assert [len(found) for found in few] == [10, 4, 5, 4, 4, 4]
    for limit in ("SMALL", "SMALL_IN_KEY_ORDER"):
        monkeypatch.setattr(filtering, limit, 0)
    assert [walked(alice, 2, sort=sort, **one) for one in filters] == few


def test_handles_are_offered_by_their_beginning_the_project_s_own_first(
    alice: User, project: Project
) -> None:
    for name in ("mara_9", "Mara_1", "amara", "harbour"):
        make(alice, name)
    make(alice, "mara_7", home_project=project)
    make(alice, "mara_old", archived_at=timezone.now())
    make(alice, "coat", title="Mara's coat")
    offered = [asset.handle for asset in suggest_handles(alice, "@MAR", project)]
    assert offered == ["mara_7", "Mara_1", "mara_9", "coat", "amara"]
    assert [asset.handle for asset in suggest_handles(alice, "mara", project, limit=2)] == [
        "mara_7",
        "Mara_1",
    ]
    assert [asset.handle for asset in suggest_handles(alice, "", project, limit=3)] == [
        "mara_7",
        "amara",
        "coat",
    ]


@pytest.mark.parametrize("typed", ["%", "_", "m'; drop", "\0", "😀", "m" * 100])
def test_nothing_is_offered_for_what_no_handle_begins_with(alice: User, typed: str) -> None:
    make(alice, "mara")
    assert suggest_handles(alice, typed) == []


@pytest.mark.parametrize(
    ("person", "offered"),
    [
        ("alice", ["mara_kept", "mara"]),
        ("bob", ["mara_kept", "mara"]),
        ("rita", ["mara_kept", "mara"]),
        ("vera", ["mara_kept", "mara"]),
        ("charlie", ["mara"]),
        (None, None),
    ],
)
def test_who_is_offered_what(
    client: Client,
    person: str | None,
    offered: list[str] | None,
    alice: User,
    charlie: User,
    project: Project,
) -> None:
    make(alice, "mara")
    make(alice, "mara_kept", home_project=project, is_shared=False)
    if person:
        client.force_login(User.objects.get(username=person))
    answer = client.get("/library/handles/?q=mar&project=harbour-lights")
    if offered is None:
        assert answer.status_code == 302
    else:
        assert [one["handle"] for one in answer.json()["handles"]] == offered


@pytest.mark.parametrize("count", [1, 3])
def test_queries_stay_the_same(
    client: Client,
    alice: User,
    project: Project,
    count: int,
    django_assert_num_queries: Callable[[int], object],
) -> None:
    shelf = Collection.objects.create(name="Shelf", owner=alice)
    for number in range(count):
        asset = make(alice, f"mara_{number}", home_project=project, kind="character")
        Favourite.objects.create(user=alice, asset=asset)
        shelf.assets.add(asset)
    client.force_login(alice)
    query = f"q=mara&kind=character&project=harbour-lights&owner=alice&favourite=on&collection={shelf.pk}&sort=most"
    with django_assert_num_queries(10):
        assert len(client.get(f"/library/?{query}").context["page"].items) == count
    with django_assert_num_queries(7):
        assert len(client.get("/library/handles/?q=mara&project=harbour-lights").json()["handles"]) == count


@pytest.mark.parametrize("few", [0, 2_000])
@pytest.mark.parametrize("sort", Sort.values)
def test_a_page_asks_at_most_twelve_times_whatever_is_asked_of_it(
    client: Client, alice: User, project: Project, sort: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("SMALL", "SMALL_IN_KEY_ORDER"):
        monkeypatch.setattr(filtering, limit, few)
    User.objects.filter(pk=alice.pk).update(is_staff=True)  # whom a paused gateway is told
    shelf = Collection.objects.create(name="Shelf", owner=alice)
    for number in range(3):
        mara = make(alice, f"mara_{number}", home_project=project, kind="character")
        mara.tags.add("night")
        mara.current_version = mara.versions.create(number=1, created_by=alice)
        mara.save()
        Favourite.objects.create(user=alice, asset=mara)
        shelf.assets.add(mara)
    client.force_login(alice)
    query = (
        f"q=mara&tag=night&project=harbour-lights&owner=alice&favourite=on&collection={shelf.pk}&sort={sort}"
    )
    with CaptureQueriesContext(connection) as asked:
        assert len(client.get(f"/library/?{query}").context["page"].items) == 3
    assert len(asked) <= 12
