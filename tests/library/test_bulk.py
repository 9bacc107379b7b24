"""Many assets at once: what is asked, what is done, and who is left out."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from library.catalog import find_assets
from library.models import Asset, Collection, Project, ProjectAsset
from tests import factories

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]

PEOPLE = ("alice", "bob", "rita", "vera", "charlie")


@pytest.fixture
def assets(alice: User, project: Project, charlie: User) -> dict[str, Asset]:
    """One at home in the project, one kept to it, one of charlie's that everybody may use."""
    return {
        "home": factories.asset(alice, handle="home", project=project),
        "kept": factories.asset(alice, handle="kept", project=project, is_shared=False),
        "charlies": factories.asset(charlie, handle="charlies"),
    }


def send(person: str, assets: dict[str, Asset], action: str, **values: object) -> str:
    """What the page says after the form was sent; with `confirmed` the deed is done."""
    client = Client()
    client.force_login(User.objects.get(username=person))
    keys = [asset.pk for asset in assets.values()]
    answer = client.post("/library/chosen/", {"action": action, "asset": keys, **values}, follow=True)
    return " ".join(answer.content.decode().split())


def archived() -> set[str]:
    return set(Asset.objects.exclude(archived_at=None).values_list("handle", flat=True))


def test_the_question_names_the_count_and_changes_nothing(assets: dict[str, Asset]) -> None:
    page = send("alice", assets, "archive")
    assert "Archive: 2 assets" in page
    assert "1 selected asset is skipped" in page
    assert archived() == set()


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("alice", {"home", "kept"}),
        ("bob", {"home", "kept"}),
        ("rita", set()),
        ("vera", set()),
        ("charlie", {"charlies"}),
    ],
)
def test_only_what_one_may_change_is_archived_and_restored(
    person: str, expected: set[str], assets: dict[str, Asset]
) -> None:
    send(person, assets, "archive", confirmed=1)
    assert archived() == expected
    said = send(person, assets, "restore", confirmed=1)
    assert archived() == set()
    assert ("restored" in said) == bool(expected)


def test_somebody_who_is_not_logged_in_changes_nothing(assets: dict[str, Asset]) -> None:
    sent = {"action": "archive", "asset": [assets["home"].pk], "confirmed": 1}
    assert Client().post("/library/chosen/", sent).status_code == 403
    assert archived() == set()


def test_tags_are_added_and_found(assets: dict[str, Asset], alice: User) -> None:
    assets["home"].tags.add("old")
    said = send("alice", assets, "tag", tags="Night, wet street", confirmed=1)
    assert "2 assets tagged. 1 was skipped." in said
    tags = {asset.handle: sorted(asset.tags.names()) for asset in Asset.objects.all()}
    assert tags == {"home": ["night", "old", "wet street"], "kept": ["night", "wet street"], "charlies": []}
    assert {asset.handle for asset in find_assets(alice, q="wet NIGHT").items} == {"home", "kept"}
    assert {asset.revision for asset in Asset.objects.exclude(handle="charlies")} == {2}


def test_no_tag_is_asked_for_again(assets: dict[str, Asset]) -> None:
    assert "Enter at least one tag." in send("alice", assets, "tag", tags=" , ", confirmed=1)
    assert list(assets["home"].tags.names()) == []


def test_linking_leaves_out_what_is_kept_elsewhere(alice: User, assets: dict[str, Asset]) -> None:
    other = factories.project(alice)
    said = send("alice", assets, "link", project=other.pk, confirmed=1)
    assert "2 assets linked. 1 was skipped." in said
    linked = ProjectAsset.objects.filter(project=other).values_list("asset__handle", flat=True)
    assert set(linked) == {"home", "charlies"}
    assert "2 needed no change." in send("alice", assets, "link", project=other.pk, confirmed=1)


@pytest.mark.parametrize(("person", "links"), [("bob", 3), ("rita", 2), ("vera", 2), ("charlie", 2)])
def test_only_makers_link_to_a_project(
    person: str, links: int, project: Project, assets: dict[str, Asset]
) -> None:
    send(person, assets, "link", project=project.pk, confirmed=1)
    assert project.links.count() == links


@pytest.mark.parametrize(
    ("person", "held"),
    [("alice", 3), ("bob", 3), ("rita", 0), ("vera", 0), ("charlie", 0)],
)
def test_who_may_fill_a_project_s_collection(
    person: str, held: int, alice: User, project: Project, assets: dict[str, Asset]
) -> None:
    shelf = Collection.objects.create(name="Props", owner=alice, project=project)
    send(person, assets, "collect", collection=shelf.pk, confirmed=1)
    assert shelf.assets.count() == held
    send(person, assets, "uncollect", collection=shelf.pk, confirmed=1)
    assert shelf.assets.count() == 0


def test_nothing_hidden_gets_into_one_s_own_collection(charlie: User, assets: dict[str, Asset]) -> None:
    shelf = Collection.objects.create(name="Mine", owner=charlie)
    send("charlie", assets, "collect", collection=shelf.pk, confirmed=1)
    assert {asset.handle for asset in shelf.assets.all()} == {"home", "charlies"}


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"action": "archive"},
        {"action": "explode", "asset": "1"},
        {"action": "archive", "asset": "x"},
        {"action": "archive", "asset": "9" * 30},
        {"action": "archive", "asset": "0"},
    ],
)
def test_nonsense_changes_nothing(sent: dict[str, str], alice: User, assets: dict[str, Asset]) -> None:
    client = Client()
    client.force_login(alice)
    page = client.post("/library/chosen/", {**sent, "confirmed": 1}, follow=True)
    assert "Nothing was changed" in page.content.decode()
    assert archived() == set()


def test_too_many_are_refused_with_the_limit(alice: User, assets: dict[str, Asset]) -> None:
    client = Client()
    client.force_login(alice)
    sent = {"action": "archive", "asset": list(range(1, 502)), "confirmed": 1}
    assert "up to 500" in client.post("/library/chosen/", sent, follow=True).content.decode()
    assert archived() == set()


def test_the_way_back_stays_on_this_site(alice: User, assets: dict[str, Asset]) -> None:
    client = Client()
    client.force_login(alice)
    sent = {"action": "archive", "asset": [assets["home"].pk], "confirmed": 1}
    assert client.post("/library/chosen/", {**sent, "next": "//evil.example/"}).url == "/library/"
    assert (
        client.post("/library/chosen/", {**sent, "next": "/library/?kind=image"}).url
        == "/library/?kind=image"
    )
