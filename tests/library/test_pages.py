"""Who may open and write which page, and what the pages show."""

import httpx
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from library import catalog, ingest, storage
from library.models import Asset, Collection, Project
from library.views import listing
from tests import factories

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]

MINE, SHARED = "secret", "harbour"
PEOPLE = ("alice", "bob", "rita", "vera", "charlie", "admin", None)
ABOUT = {
    "title": "New title",
    "description": "",
    "tags": "",
    "is_shared": "on",
    "revision": "1",
    "move": "on",
}


@pytest.fixture
def assets(alice: User, project: Project, charlie: User, admin_user: User) -> None:
    factories.asset(alice, handle=MINE, project=project, is_shared=False)
    factories.asset(alice, handle=SHARED, project=project)


def visit(person: str | None, name: str, handle: str, **post: object) -> int:
    client = Client()
    if person:
        client.force_login(User.objects.get(username=person))
    address = reverse(f"library:{name}", args=[handle] if handle else [])
    return (client.post(address, post) if post else client.get(address)).status_code


@pytest.mark.parametrize(
    ("name", "handle", "expected"),
    [
        ("list", "", (200, 200, 200, 200, 200, 200, 302)),
        ("new", "", (200, 200, 200, 200, 200, 200, 302)),
        ("asset", SHARED, (200, 200, 200, 200, 200, 200, 302)),
        ("asset", MINE, (200, 200, 200, 200, 404, 200, 302)),
        ("asset", "SECRET", (200, 200, 200, 200, 404, 200, 302)),
        ("asset", "nobody", (404, 404, 404, 404, 404, 404, 302)),
        ("asset", "a\0b", (404, 404, 404, 404, 404, 404, 302)),
        ("edit", SHARED, (200, 200, 403, 403, 403, 200, 302)),
        ("edit", MINE, (200, 200, 403, 403, 404, 200, 302)),
        ("add_version", SHARED, (200, 200, 403, 403, 403, 200, 302)),
        ("add_version", MINE, (200, 200, 403, 403, 404, 200, 302)),
    ],
)
@pytest.mark.usefixtures("assets")
def test_who_may_open_a_page(name: str, handle: str, expected: tuple[int, ...]) -> None:
    assert tuple(visit(person, name, handle) for person in PEOPLE) == expected


@pytest.mark.parametrize(
    ("person", "expected", "title"),
    [
        ("alice", 302, "New title"),
        ("bob", 302, "New title"),
        ("rita", 403, ""),
        ("vera", 403, ""),
        ("charlie", 404, ""),
        ("admin", 302, "New title"),
        (None, 403, ""),  # what was typed is shown and kept
    ],
)
@pytest.mark.usefixtures("assets")
def test_who_may_write(person: str | None, expected: int, title: str) -> None:
    assert visit(person, "edit", MINE, **ABOUT) == expected
    assert Asset.objects.get(handle=MINE).title == title


@pytest.mark.parametrize(("person", "added"), [("bob", 2), ("vera", 1), ("charlie", 1), (None, 1)])
@pytest.mark.usefixtures("assets")
def test_who_may_add_a_version(person: str | None, added: int) -> None:
    visit(person, "add_version", MINE, files=[factories.upload()], note="")
    assert Asset.objects.get(handle=MINE).versions.count() == added


@pytest.mark.parametrize("name", ["list", "asset"])
@pytest.mark.usefixtures("assets")
def test_pages_that_only_show_take_no_post(client: Client, alice: User, name: str) -> None:
    client.force_login(alice)
    assert client.post(reverse(f"library:{name}", args=[MINE] if name == "asset" else [])).status_code == 405


def test_only_staff_see_the_style_page(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/style/").status_code == 403
    alice.is_staff = True
    alice.save()
    assert client.get("/style/").status_code == 200


@pytest.mark.usefixtures("assets")
def test_the_list_shows_pictures_that_open(client: Client, charlie: User) -> None:
    client.force_login(charlie)
    page = client.get("/library/")
    cover = Asset.objects.get(handle=SHARED).cover
    address = storage.signed_url(cover.thumbnail_key)
    assert address.replace("&", "&amp;") in page.content.decode()
    assert httpx.get(address).headers["content-type"] == "image/webp"
    assert "@secret" not in page.content.decode()


@pytest.mark.parametrize("address", ["/library/", "/library/@harbour/", "/library/@harbour/versions/"])
@pytest.mark.usefixtures("assets")
def test_pages_never_call_the_storage(
    client: Client, alice: User, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_called(_: storage.PrivateStorage) -> None:
        raise AssertionError("a page called the storage")

    monkeypatch.setattr(storage.PrivateStorage, "connection", property(not_called))
    client.force_login(alice)
    assert "X-Amz-Signature" in client.get(address).content.decode()


@pytest.mark.usefixtures("assets")
def test_the_asset_page_shows_files_facts_and_versions(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.get(f"/library/@{MINE}/").content.decode()
    media = Asset.objects.get(handle=MINE).cover
    assert storage.signed_url(media.key).replace("&", "&amp;") in page
    for text in ("@secret", "320×240", "Version 1", "only Harbour Lights", "New version"):
        assert text in " ".join(strip_tags(page).split())


@pytest.mark.usefixtures("assets")
def test_a_reader_is_offered_nothing_to_change(client: Client, charlie: User) -> None:
    client.force_login(charlie)
    page = client.get(f"/library/@{SHARED}/").content.decode()
    assert "/edit/" not in page
    assert ('/versions/"' in page, "/rename/" in page, "/delete/" in page) == (False, False, False)


def test_the_list_goes_on_with_and_without_javascript(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(catalog.find_assets.__kwdefaults__, "size", 2)
    made = [factories.asset(alice).handle for _ in range(3)]
    client.force_login(alice)
    first = client.get("/library/")
    more = f"?cursor={first.context['page'].next_cursor}"
    assert [asset.handle for asset in first.context["page"].items] == made[:0:-1]
    assert f'href="{more}"' in first.content.decode()
    whole = client.get(f"/library/{more}").content.decode()
    piece = client.get(f"/library/{more}", headers={"HX-Request": "true"})
    assert f"@{made[0]}" in whole
    assert "<html" in whole
    assert f"@{made[0]}" in piece.content.decode()
    assert "<html" not in piece.content.decode()
    assert "HX-Request" in piece.headers["Vary"]


def test_an_empty_library_says_what_to_do(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert "Create the first asset" in client.get("/library/").content.decode()
    assert "No matches" in client.get("/library/?q=nothing").content.decode()


@pytest.mark.parametrize(
    "query", ["q=%00", "kind=spaceship", "cursor=-1", "cursor=%C2%B2", "tag=" + "x" * 500]
)
def test_filters_that_mean_nothing_are_passed_over(client: Client, alice: User, query: str) -> None:
    client.force_login(alice)
    assert client.get(f"/library/?{query}").status_code == 200


def test_a_filter_counts_though_its_choice_stands_behind_the_end_of_the_list(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MAX_CHOICES", 2)
    last = [factories.project(alice, name=name) for name in ("Apple", "Birch", "Cedar")][-1]
    shelf = [Collection.objects.create(name=name, owner=alice) for name in "xyz"][-1]
    shelf.assets.add(
        factories.asset(alice, handle="Mara", project=last), factories.asset(alice, handle="Tom")
    )
    client.force_login(alice)
    page = client.get(f"/library/?project={last.slug}&collection={shelf.pk}")
    assert [asset.handle for asset in page.context["page"].items] == ["Mara"]
    assert f'<option value="{last.slug}" selected>' in page.content.decode()


@pytest.mark.parametrize("address", ["/library/", "/library/@Mara/", "/library/@Mara/versions/"])
def test_the_queries_do_not_grow_with_the_page(client: Client, alice: User, address: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    client.force_login(alice)
    mara = factories.asset(alice, handle="Mara", tags=["night"])
    with_one = queries()
    for _ in range(2):
        factories.asset(alice, tags=["night", "lead"], pictures=2)
    media = [factories.media() for _ in range(3)]
    ingest.add_version(mara, by=alice, media=media)
    ingest.add_version(mara, by=alice, media=media[1:])
    mara.tags.add("a", "b")
    assert queries() == with_one <= 12


def test_a_card_shows_a_title_and_never_runs_it(client: Client, alice: User) -> None:
    factories.asset(alice, handle="Mara", title="<b onclick=\"x()\">Tom & 'Jerry'</b>")
    client.force_login(alice)
    page = client.get("/library/").content.decode()
    assert "&lt;b onclick=&quot;x()&quot;&gt;Tom &amp; &#x27;Jerry&#x27;&lt;/b&gt;" in page
    assert "<b onclick" not in page
    assert f'href="{Asset.objects.get().get_absolute_url()}"' in page
