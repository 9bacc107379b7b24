"""What people keep: favourites, collections, saved views; and who may."""

from urllib.parse import parse_qs, urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client

from library.models import Asset, Collection, Favourite, Project, SavedView
from tests import factories

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]

PEOPLE = ("alice", "bob", "rita", "vera", "charlie", None)


@pytest.fixture
def secret(alice: User, project: Project, charlie: User) -> Asset:
    return factories.asset(alice, handle="secret", project=project, is_shared=False)


@pytest.fixture
def shelf(alice: User, project: Project, secret: Asset) -> Collection:
    made = Collection.objects.create(name="Night shoot", owner=alice, project=project)
    made.assets.add(secret)
    return made


def post(person: str | None, address: str, **values: object) -> int:
    client = Client()
    if person:
        client.force_login(User.objects.get(username=person))
    return client.post(address, values).status_code


def shown(client: Client, query: str) -> list[str]:
    return [asset.handle for asset in client.get(f"/library/?{query}").context["page"].items]


@pytest.mark.usefixtures("secret")
def test_who_may_star_an_asset() -> None:
    found = [post(person, "/library/@secret/favourite/", starred="1") for person in PEOPLE]
    assert found == [302, 302, 302, 302, 404, 403]
    assert Favourite.objects.count() == 4


def test_a_star_is_set_once_and_taken_away(client: Client, alice: User, secret: Asset) -> None:
    factories.asset(alice, handle="plain")
    client.force_login(alice)
    for _ in range(2):
        client.post("/library/@secret/favourite/", {"starred": "1"})
    assert shown(client, "favourite=on") == ["secret"]
    assert [asset.is_favourite for asset in client.get("/library/").context["page"].items] == [False, True]
    client.post("/library/@secret/favourite/", {"starred": "0"})
    assert shown(client, "favourite=on") == []


def test_htmx_gets_the_star_alone(client: Client, alice: User, secret: Asset) -> None:
    client.force_login(alice)
    piece = client.post("/library/@secret/favourite/", {"starred": "1"}, headers={"HX-Request": "true"})
    assert 'aria-pressed="true"' in piece.content.decode()
    assert "<html" not in piece.content.decode()


def test_without_javascript_the_list_comes_back_as_it_was(client: Client, alice: User, secret: Asset) -> None:
    client.force_login(alice)
    sent = {"starred": "1", "query": "kind=character&sort=name&cursor=x&evil=1"}
    assert client.post("/library/@secret/favourite/", sent).url == "/library/?kind=character&sort=name"


@pytest.mark.usefixtures("shelf")
def test_who_sees_a_project_s_collection() -> None:
    pages = {}
    for person in PEOPLE[:-1]:
        client = Client()
        client.force_login(User.objects.get(username=person))
        pages[person] = [one.name for one in client.get("/library/collections/").context["collections"]]
    assert pages == {
        "alice": ["Night shoot"],
        "bob": ["Night shoot"],
        "rita": ["Night shoot"],
        "vera": ["Night shoot"],
        "charlie": [],
    }
    assert Client().get("/library/collections/").status_code == 302


@pytest.mark.parametrize(
    ("person", "expected", "left"),
    [
        ("alice", 302, 0),
        ("bob", 302, 0),
        ("rita", 403, 1),
        ("vera", 403, 1),
        ("charlie", 404, 1),
        (None, 302, 1),
    ],
)
def test_who_may_delete_a_collection(person: str | None, expected: int, left: int, shelf: Collection) -> None:
    assert post(person, f"/library/collections/{shelf.pk}/delete/") == expected
    assert Collection.objects.count() == left
    assert Asset.objects.count() == 1


def test_a_collection_narrows_the_list(client: Client, alice: User, shelf: Collection) -> None:
    factories.asset(alice, handle="plain")
    client.force_login(alice)
    assert shown(client, f"collection={shelf.pk}") == ["secret"]


def test_a_collection_is_made_once(client: Client, alice: User, project: Project) -> None:
    client.force_login(alice)
    assert client.post("/library/collections/", {"name": "Props", "project": ""}).status_code == 302
    refused = client.post("/library/collections/", {"name": "Props", "project": ""})
    assert refused.status_code == 422
    assert "already" in refused.content.decode()
    assert [(one.name, one.owner) for one in Collection.objects.all()] == [("Props", alice)]


@pytest.mark.parametrize("person", ["rita", "vera", "charlie"])
def test_only_makers_make_collections_for_a_project(person: str, project: Project, charlie: User) -> None:
    assert post(person, "/library/collections/", name="Props", project=project.pk) == 422
    assert Collection.objects.count() == 0


def test_a_view_keeps_what_means_something(client: Client, alice: User, secret: Asset) -> None:
    factories.asset(alice, handle="sea", kind=Asset.Kind.IMAGE)
    client.force_login(alice)
    sent = {"name": "Pictures", "query": "kind=image&sort=name&cursor=zzz&next=//evil"}
    assert client.post("/library/views/", sent).url == "/library/?kind=image&sort=name"
    client.post("/library/views/", {"name": "Pictures", "query": "kind=image"})
    view = SavedView.objects.get()
    assert (view.user, view.query) == (alice, "kind=image&sort=newest")
    page = client.get(f"/library/?{view.query}")
    assert [asset.handle for asset in page.context["page"].items] == ["sea"]
    assert "Pictures" in page.content.decode()


def test_a_view_keeps_a_long_search_in_any_script(client: Client, alice: User) -> None:
    client.force_login(alice)
    words = "港の灯 " * 49
    client.post("/library/views/", {"name": "Lights", "query": urlencode({"q": words, "tag": "夜" * 100})})
    kept = parse_qs(SavedView.objects.get().query)
    assert (kept["q"], kept["tag"]) == ([words.strip()], ["夜" * 100])


@pytest.mark.parametrize("name", ["", "x" * 61])
def test_a_view_needs_a_name(client: Client, alice: User, name: str) -> None:
    client.force_login(alice)
    assert client.post("/library/views/", {"name": name, "query": ""}).status_code == 302
    assert SavedView.objects.count() == 0


def test_views_are_everybody_s_own(client: Client, alice: User, bob: User) -> None:
    view = SavedView.objects.create(user=alice, name="Mine", query="kind=image")
    address = f"/library/views/{view.pk}/delete/"
    assert post("bob", address) == 404
    client.force_login(bob)
    assert "Mine" not in client.get("/library/").content.decode()
    assert post("alice", address) == 302
    assert SavedView.objects.count() == 0
