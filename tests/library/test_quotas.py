"""How much a person and a project may store: counted from the rows, refused before anything is stored."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from generation import api_tokens
from generation.models import Take
from library import ingest
from library.ingest import quotas
from library.models import Asset, MediaFile, Project
from tests import factories
from tests.at_once import at_once
from tests.generation.views.conftest import make_take
from tests.stored import stored_keys

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]
Limit = Callable[..., None]


@pytest.fixture
def limit(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Limit:
    """Limits in bytes."""

    def set_to(*, user: int = 0, project: int = 0) -> None:
        monkeypatch.setattr(quotas, "GB", 1)
        settings.USER_STORAGE_GB, settings.PROJECT_STORAGE_GB = user, project

    return set_to


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("mara.png", factories.picture())


def add(by: User, project: Project | None = None) -> MediaFile:
    return ingest.add_media(picture(), by=by, project=project)


def test_what_waits_for_a_form_counts_for_who_brought_it(alice: User, bob: User) -> None:
    first, second = add(alice), add(alice)
    assert ingest.usage_of(alice).used == first.size + second.size
    ingest.create_asset(by=bob, handle="Mara", kind="image", media=[first])
    assert (ingest.usage_of(alice).used, ingest.usage_of(bob).used) == (second.size, first.size)


def test_a_file_counts_once_for_each_owner(alice: User, bob: User, project: Project) -> None:
    media = add(alice)
    for by, handle in ((alice, "one"), (alice, "two"), (bob, "three")):
        ingest.create_asset(by=by, handle=handle, kind="image", media=[media], project=project)
    for usage in (ingest.usage_of(alice), ingest.usage_of(bob), ingest.usage_of_project(project)):
        assert usage.used == media.size


def test_takes_count_for_their_project_with_the_providers_originals(alice: User, project: Project) -> None:
    signed, plain = make_take(alice, project), make_take(alice, project)
    Take.objects.filter(pk=signed.pk).update(size=700, original_key="takes/original.mp4")
    Take.objects.filter(pk=plain.pk).update(size=50, original_key="")
    assert ingest.usage_of_project(project).used == 1450
    assert ingest.usage_of(alice).used == 0


def test_a_person_without_room_is_refused_before_anything_is_stored(alice: User, limit: Limit) -> None:
    media = add(alice)
    before = len(stored_keys())
    limit(user=media.size + 10)
    with pytest.raises(ingest.OverQuota, match="Your storage is full"):
        add(alice)
    assert (len(stored_keys()), MediaFile.objects.count()) == (before, 1)


def test_what_is_there_already_needs_room_only_for_one_more_owner(
    alice: User, bob: User, limit: Limit
) -> None:
    content = factories.picture()
    media = ingest.add_media(SimpleUploadedFile("a.png", content), by=bob)
    limit(user=media.size)
    assert ingest.add_media(SimpleUploadedFile("b.png", content), by=bob) == media
    limit(user=media.size - 1)
    with pytest.raises(ingest.OverQuota):
        ingest.add_media(SimpleUploadedFile("b.png", content), by=alice)
    assert MediaFile.objects.get().brought_by == bob


def test_uploads_that_came_at_once_are_counted_when_assets_are_made(alice: User, limit: Limit) -> None:
    one, other = add(alice), add(alice)
    limit(user=one.size + other.size - 1)
    ingest.create_asset(by=alice, handle="Mara", kind="image", media=[one])
    with pytest.raises(ingest.OverQuota, match="Your storage is full"):
        ingest.create_asset(by=alice, handle="Tom", kind="image", media=[other])


def test_a_project_without_room_is_refused_when_the_asset_is_made(
    alice: User, project: Project, limit: Limit
) -> None:
    media = add(alice)
    limit(project=media.size - 1)
    with pytest.raises(ingest.OverQuota, match="storage of Harbour Lights is full"):
        ingest.create_asset(by=alice, handle="Mara", kind="image", media=[media], project=project)
    assert not Asset.objects.exists()
    ingest.create_asset(by=alice, handle="Mara", kind="image", media=[media])


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_both_take_the_last_room(alice: User, project: Project, limit: Limit) -> None:
    one, other = add(alice), add(alice)
    mara, tom = (
        ingest.create_asset(by=alice, handle=handle, kind="image", media=[add(alice)], project=project)
        for handle in ("Mara", "Tom")
    )
    used = ingest.usage_of_project(project).used
    limit(project=used + max(one.size, other.size))

    def give(asset: Asset, media: MediaFile) -> bool:
        try:
            ingest.add_version(asset, by=alice, media=[media])
        except ingest.OverQuota:
            return False
        return True

    assert sorted(at_once(lambda: give(mara, one), lambda: give(tom, other))) == [False, True]


def test_a_move_needs_room_in_the_new_project(
    client: Client, alice: User, project: Project, limit: Limit
) -> None:
    mara = factories.asset(alice, handle="Mara")
    limit(project=1)
    client.force_login(alice)
    sent = {"revision": mara.revision, "home_project": project.pk, "is_shared": "on"}
    page = client.post("/library/@Mara/edit/", sent | {"move": "1"})
    assert (page.status_code, "storage of Harbour Lights is full" in page.content.decode()) == (422, True)
    mara.refresh_from_db()
    assert mara.home_project is None


def test_pages_say_the_figures_beside_the_files(client: Client, alice: User, limit: Limit) -> None:
    limit(user=100)
    client.force_login(alice)
    sent = {"kind": "image", "handle": "Mara", "is_shared": "on", "files": picture()}
    for path, form in (("/library/new/", sent), ("/library/upload/", {"files": picture()})):
        page = client.post(path, form)
        assert page.status_code == 422
        assert "Your storage is full: 0.00 of 100.00 GB are used" in page.content.decode()
    one = client.post("/library/uploads/", {"file": picture()})
    assert (one.status_code, "Your storage is full" in one.json()["problem"]) == (422, True)
    assert not MediaFile.objects.exists()


def test_the_api_has_a_code_for_it(client: Client, alice: User, project: Project, limit: Limit) -> None:
    _, secret = api_tokens.make(user=alice, name="tests")
    limit(user=100)
    refused = client.post(
        "/api/v1/assets",
        {"handle": "Mara", "kind": "image", "files": picture()},
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert refused.status_code == 413
    assert refused.json()["error"]["code"] == "storage_quota"
    assert "mara.png: Your storage is full" in refused.json()["error"]["message"]
    assert not MediaFile.objects.exists()


def test_no_limit_asks_nothing(
    alice: User, project: Project, limit: Limit, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(user=0, project=0)
    monkeypatch.setattr(quotas, "usage_of", None)
    monkeypatch.setattr(quotas, "usage_of_project", None)
    assert ingest.create_asset(
        by=alice, handle="Mara", kind="image", media=[add(alice, project)], project=project
    )


def test_pages_show_what_is_stored_in_one_line(
    client: Client, alice: User, project: Project, settings: LazySettings
) -> None:
    settings.USER_STORAGE_GB, settings.PROJECT_STORAGE_GB = 20, 0
    client.force_login(alice)
    assert "0.00 of 20.00 GB stored" in client.get("/library/upload/").content.decode()
    assert "0.00 GB stored" in client.get(project.get_absolute_url()).content.decode()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads small tables whole")
def test_counting_does_not_read_the_whole_library(alice: User, project: Project) -> None:
    """With 20,000 files a project's page took 20 ms longer."""
    for counted in (quotas._files_of_versions(alice), quotas._pending_of(alice), quotas._files_at(project)):
        plan = counted.order_by().explain()
        assert "SEARCH library_mediafile USING" in plan
        assert "SCAN library_mediafile" not in plan
