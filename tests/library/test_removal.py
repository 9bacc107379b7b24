"""How assets leave: archived, deleted when nothing uses them, files purged; and where they are used until then."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from generation.models import Job, JobReference
from library import catalog, ingest, storage
from library.models import Asset, AssetVersion, Collection, HandleAlias, MediaFile, Project
from tests import factories
from tests.generation.views.conftest import make_take

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


@pytest.fixture
def mara(alice: User, project: Project) -> Asset:
    return factories.asset(alice, handle="Mara", project=project)


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def use(asset: Asset, job: Job) -> Job:
    JobReference.objects.create(
        job=job, handle=asset.handle, asset=asset, version=asset.current_version, position=0
    )
    return job


def make_old(*media: MediaFile) -> None:
    days_ago = timezone.now() - timedelta(days=2)
    MediaFile.objects.filter(pk__in=[one.pk for one in media]).update(
        created_at=days_ago, brought_at=days_ago
    )


def test_what_is_archived_is_found_by_nobody_and_comes_back(
    browser: Client, mara: Asset, alice: User
) -> None:
    browser.post("/library/@Mara/archive/")
    assert list(catalog.find_assets(alice).items) == []
    assert "archived" in browser.get("/library/@Mara/").content.decode()
    browser.post("/library/@Mara/unarchive/")
    assert [found.handle for found in catalog.find_assets(alice).items] == ["Mara"]


def test_what_nothing_uses_is_deleted_with_its_names_after_a_question(browser: Client, mara: Asset) -> None:
    ingest.rename(mara, handle="Marlene", revision=1)
    assert "permanently" in browser.get("/library/@Marlene/delete/").content.decode()
    assert browser.post("/library/@Marlene/delete/").url == "/library/"
    left = [model.objects.count() for model in (Asset, AssetVersion, HandleAlias)]
    assert (left, MediaFile.objects.count()) == ([0, 0, 0], 1)


def test_what_only_its_home_has_pinned_is_deleted(mara: Asset, project: Project) -> None:
    ingest.pin(project.links.get(), mara.current_version)
    ingest.delete_asset(mara)
    assert (Asset.objects.count(), project.links.count()) == (0, 0)


@pytest.mark.parametrize("kind", ["job", "link", "collection"])
def test_what_is_in_use_is_not_deleted(
    browser: Client, mara: Asset, alice: User, project: Project, kind: str
) -> None:
    if kind == "job":
        use(mara, factories.job(alice, project))
        use(mara, factories.job(alice, project))
    elif kind == "link":
        ingest.link_asset(mara, factories.project(alice))
    else:
        Collection.objects.create(name="Leads", owner=alice).assets.add(mara)
    reason = {
        "job": "2 jobs",
        "link": "1 project",
        "collection": "1 collection",
    }[kind]
    answer = browser.post("/library/@Mara/delete/")
    assert (answer.status_code, Asset.objects.count()) == (422, 1)
    assert reason in answer.content.decode()
    assert "/library/@Mara/archive/" in answer.content.decode()


def test_the_purge_takes_only_what_no_version_has(
    mara: Asset, alice: User, django_capture_on_commit_callbacks
) -> None:
    lonely, young = (factories.media() for _ in range(2))
    make_old(lonely, mara.cover)
    with django_capture_on_commit_callbacks(execute=True):
        assert ingest.purge_media() == (1, lonely.size)
        assert storage.exists(lonely.key), "objects go after the rows"
    assert set(MediaFile.objects.all()) == {mara.cover, young}
    kept = [storage.exists(media.key) for media in (lonely, young, mara.cover)]
    assert (kept, storage.exists(lonely.thumbnail_key)) == ([False, True, True], False)


def test_bytes_that_came_again_meanwhile_keep_their_object(django_capture_on_commit_callbacks) -> None:
    picture = factories.picture()
    lonely = ingest.add_media(factories.upload("a.png", picture))
    make_old(lonely)
    with django_capture_on_commit_callbacks(execute=True):
        ingest.purge_media()
        again = ingest.add_media(factories.upload("a.png", picture))
    assert (again.key, storage.exists(again.key)) == (lonely.key, True)


def test_an_administrator_purges_from_a_page(
    client: Client, admin_user: User, django_capture_on_commit_callbacks
) -> None:
    make_old(factories.media())
    client.force_login(admin_user)
    assert "Delete 1 file permanently" in client.get("/library/purge/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post("/library/purge/", follow=True).content.decode()
    assert "No unused files" in page
    assert not MediaFile.objects.exists()


# Where used


def test_where_it_is_used_with_links_and_without_what_is_hidden(
    browser: Client, mara: Asset, alice: User, charlie: User, project: Project
) -> None:
    take = make_take(alice, project)
    job, secret = use(mara, take.job), factories.project(charlie, name="Secret")
    hidden = use(mara, factories.job(charlie, secret))
    ingest.link_asset(mara, secret)
    for headers in ({}, {"HX-Request": "true"}):
        page = browser.get("/library/@Mara/used/", headers=headers).content.decode()
        for address in (project, job, take):
            assert address.get_absolute_url() in page
        assert "1 project that you cannot see" in page
        assert "1 job that you cannot see" in page
        assert ("Secret" in page, str(hidden.uuid) in page) == (False, False)
    assert "/library/@Mara/used/" in browser.get("/library/@Mara/").content.decode()


def test_where_it_is_used_goes_on_over_pages(
    browser: Client, mara: Asset, alice: User, project: Project
) -> None:
    jobs = [use(mara, factories.job(alice, project)) for _ in range(25)]
    first = browser.get("/library/@Mara/used/")
    second = browser.get(f"/library/@Mara/used/?before={first.context['next']}")
    assert [job for job, _ in first.context["uses"] + second.context["uses"]] == jobs[::-1]


def test_an_unused_asset_says_so(browser: Client, alice: User) -> None:
    factories.asset(alice, handle="Lamp")
    assert "Not used yet." in browser.get("/library/@Lamp/used/").content.decode()


# Who may

PEOPLE = ("alice", "bob", "rita", "vera", "charlie", "admin", None)
READS = {
    "/library/@{}/versions/1/": (200, 200, 200, 200, "stranger", 200, 302),
    "/library/@{}/versions/compare/": (200, 200, 200, 200, "stranger", 200, 302),
    "/library/@{}/used/": (200, 200, 200, 200, "stranger", 200, 302),
    "/library/@{}/rename/": (200, 200, 403, 403, "writer", 200, 302),
    "/library/@{}/versions/1/restore/": (200, 200, 403, 403, "writer", 200, 302),
    "/library/@{}/delete/": (200, 200, 403, 403, "writer", 200, 302),
}
WRITES = ["archive/", "unarchive/", "names/Old/release/", "versions/1/restore/", "rename/", "delete/"]


def log_in(person: str | None) -> Client:
    client = Client()
    if person:
        client.force_login(User.objects.get(username=person))
    return client


@pytest.mark.parametrize("address", READS)
@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.usefixtures("charlie", "admin_user")
def test_who_may_open_a_page(alice: User, project: Project, address: str, shared: bool) -> None:
    factories.asset(alice, handle="Mara", project=project, is_shared=shared)
    stranger = {"stranger": 200 if shared else 404, "writer": 403 if shared else 404}
    expected = tuple(stranger.get(code, code) for code in READS[address])
    assert tuple(log_in(person).get(address.format("Mara")).status_code for person in PEOPLE) == expected


@pytest.mark.parametrize("address", WRITES)
@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.usefixtures("charlie", "admin_user")
def test_who_may_write(alice: User, project: Project, address: str, shared: bool) -> None:
    """Each of the team, and a stranger, before those who may: what is deleted is asked for no more."""
    mara = factories.asset(alice, handle="Mara", project=project, is_shared=shared)
    ingest.add_version(mara, by=alice, media=[factories.media()])
    data = {"handle": "Marlene", "revision": "1"} if address == "rename/" else {}

    def post(person: str | None) -> int:
        return log_in(person).post(f"/library/@Mara/{address}", data).status_code

    refused = tuple(post(person) for person in ("rita", "vera", "charlie", None))
    # Who is not logged in is led to the log-in, unless something was typed: that is shown and kept.
    assert refused == (403, 403, 403 if shared else 404, 403 if data else 302)
    assert (Asset.objects.get().handle, Asset.objects.get().archived_at, mara.versions.count()) == (
        "Mara",
        None,
        2,
    )
    assert post("bob") == 302


@pytest.mark.usefixtures("charlie", "admin_user", "project")
def test_only_an_administrator_purges() -> None:
    assert tuple(log_in(person).get("/library/purge/").status_code for person in PEOPLE) == (
        (403,) * 5 + (200, 302)
    )


@pytest.mark.usefixtures("charlie", "admin_user")
def test_who_may_pin(mara: Asset) -> None:
    address = f"/projects/harbour-lights/assets/{mara.pk}/pin/"
    seen = tuple(log_in(person).post(address, {"version": "1"}).status_code for person in PEOPLE)
    assert seen == (302, 302, 403, 403, 404, 302, 403)


@pytest.mark.parametrize("address", ["archive/", "unarchive/", "names/Old/release/"])
def test_what_changes_something_is_never_a_get(browser: Client, mara: Asset, address: str) -> None:
    assert browser.get(f"/library/@Mara/{address}").status_code == 405
