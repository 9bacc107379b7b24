"""The admin shows the library with previews, and its lists never call the storage."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag

from library import ingest
from library.admin.assets import AssetAdmin
from library.models import (
    Asset,
    Collection,
    Favourite,
    HandleAlias,
    MediaFile,
    Project,
    Rights,
    SavedView,
)
from library.storage import PrivateStorage
from library.usability import Use
from tests import factories

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]
PICTURED = ("asset", "assetversion", "mediafile", "projectasset", "handlealias", "favourite")
MODELS = (*PICTURED, "project", "collection", "savedview")


def keep(asset: Asset, by: User) -> None:
    """One of everything that people keep about an asset."""
    HandleAlias.objects.create(name=f"{asset.handle}_before", asset=asset)
    Favourite.objects.create(user=by, asset=asset)
    Collection.objects.create(name=f"{asset.handle} and others", owner=by).assets.add(asset)
    SavedView.objects.create(user=by, name=f"{asset.handle} only", query=f"q={asset.handle}")


@pytest.fixture
def admin(admin_client: Client, alice: User, project: Project) -> Client:
    mara = factories.asset(alice, handle="Mara", title="Mara Voss", project=project, pictures=2, tags=["old"])
    keep(mara, alice)
    return admin_client


def _not_called(storage: PrivateStorage) -> None:
    raise AssertionError("a list called the storage")


@pytest.mark.parametrize("model", MODELS)
def test_lists_work_without_the_storage(admin: Client, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PrivateStorage, "connection", property(_not_called))
    answer = admin.get(
        reverse(f"admin:library_{model}_changelist"), {"q": "Mara" if model != "project" else ""}
    )
    assert answer.context["cl"].result_count > 0
    assert ("X-Amz-Signature" in answer.content.decode()) == (model in PICTURED)


@pytest.mark.parametrize("model", MODELS)
def test_rows_open(admin: Client, model: str) -> None:
    row = apps.get_model("library", model).objects.first()
    assert admin.get(reverse(f"admin:library_{model}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("model", ["asset", "assetversion", "mediafile", "handlealias", "favourite"])
def test_files_and_versions_are_made_elsewhere(admin: Client, model: str) -> None:
    assert admin.get(reverse(f"admin:library_{model}_add")).status_code == 403


@pytest.mark.parametrize(
    ("filters", "handles"),
    [
        ({"kind__exact": "character"}, ["Inez", "Mara"]),
        ({"kind__exact": "video"}, []),
        ({"q": "voss"}, ["Mara"]),
        ({"q": "@mara"}, ["Mara"]),
        ({"rights": "expired"}, ["Inez"]),
        ({"rights": "ending"}, ["Harbour"]),
        ({"rights": "dated"}, ["Harbour", "Inez"]),
        ({"usable": Use.FRAME}, ["Harbour"]),
        ({"usable": Use.SUBJECT}, ["Harbour", "Inez", "Mara"]),
        ({"usable": "nonsense"}, ["Harbour", "Inez", "Mara"]),
        ({"archived_at__isempty": "0"}, []),
    ],
)
def test_assets_are_filtered_and_found(
    admin: Client, alice: User, filters: dict[str, str], handles: list[str]
) -> None:
    today = timezone.localdate()
    factories.asset(alice, handle="Inez", rights=Rights(rights_end_on=today - timedelta(1)))
    soon = Rights(rights_end_on=today + timedelta(30))
    factories.asset(alice, handle="Harbour", kind=Asset.Kind.IMAGE, rights=soon)
    answer = admin.get(reverse("admin:library_asset_changelist"), filters)
    assert sorted(asset.handle for asset in answer.context["cl"].result_list) == handles


def edit(admin: Client, asset: Asset, **typed: object) -> HttpResponse:
    values = {"title": asset.title, "tags": "old", "revision": asset.revision, **typed}
    inline = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}
    return admin.post(reverse("admin:library_asset_change", args=[asset.pk]), values | inline)


def test_an_asset_is_edited_found_and_remembered(admin: Client) -> None:
    mara = Asset.objects.get(handle="Mara")
    assert edit(admin, mara, title="Lampwright", tags="lead", rights_end_on="2999-05-03").status_code == 302
    mara.refresh_from_db()
    assert (mara.title, mara.handle, list(mara.tags.names())) == ("Lampwright", "Mara", ["lead"])
    assert (mara.rights_end_on, mara.revision) == (date(2999, 5, 3), 2)
    for word, count in {"lampwright": 1, "lead": 1, "old": 0}.items():
        answer = admin.get(reverse("admin:library_asset_changelist"), {"q": word})
        assert answer.context["cl"].result_count == count
    history = admin.get(reverse("admin:library_asset_history", args=[mara.pk])).content.decode()
    assert "Changed Title" in history
    assert "Mara" in admin.get(reverse("admin:admin_logentry_changelist")).content.decode()


def test_a_picture_becomes_a_grid(admin: Client, alice: User) -> None:
    harbour = factories.asset(alice, handle="Harbour", kind=Asset.Kind.IMAGE)
    assert edit(admin, harbour, is_grid="on").status_code == 302
    harbour.refresh_from_db()
    assert (harbour.is_grid, harbour.usable_as) == (True, "grid reference")


def test_a_stale_edit_shows_both_texts_and_changes_nothing(admin: Client) -> None:
    mara = Asset.objects.get(handle="Mara")
    Asset.objects.filter(pk=mara.pk).update(revision=2, title="Mara, hers")
    mara.tags.set(["lead", "coat"])
    answer = edit(admin, mara, title="Mara, mine")
    form = answer.context["adminform"].form
    assert answer.status_code == 200
    assert "has been changed since you opened the form" in answer.content.decode()
    assert {name: list(form.errors[name]) for name in ("title", "tags")} == {
        "title": ["Saved value: Mara, hers"],
        "tags": ["Saved value: coat, lead"],
    }
    assert form["title"].value() == "Mara, mine"
    mara.refresh_from_db()
    assert mara.title == "Mara, hers"
    assert edit(admin, mara, title="Mara, mine", revision=form["revision"].value()).status_code == 302
    mara.refresh_from_db()
    assert (mara.title, mara.revision) == ("Mara, mine", 3)


def test_an_edit_writes_nothing_that_its_form_does_not_show(admin: Client, admin_user: User) -> None:
    """What is renamed between the reading and the saving of a form keeps its new name."""
    page, request = AssetAdmin(Asset, django_admin.site), RequestFactory().post("/")
    request.user = admin_user
    read = Asset.objects.get(handle="Mara")
    form = page.get_form(request, read)({"title": "Mara, mine", "revision": read.revision}, instance=read)
    with transaction.atomic():
        assert form.is_valid(), form.errors
        ingest.rename(read, handle="Inez", revision=read.revision)
        page.save_model(request, form.save(commit=False), form, change=True)
    saved = Asset.objects.get(pk=read.pk)
    assert (saved.handle, saved.title) == ("Inez", "Mara, mine")


def act(admin: Client, action: str, assets: list[Asset], **more: object) -> HttpResponse:
    values = {"action": action, ACTION_CHECKBOX_NAME: [asset.pk for asset in assets], **more}
    return admin.post(reverse("admin:library_asset_changelist"), values)


def archived() -> int:
    return Asset.objects.exclude(archived_at=None).count()


def test_many_are_archived_and_restored_after_one_question(admin: Client, alice: User) -> None:
    assets = [Asset.objects.get(handle="Mara"), factories.asset(alice, handle="Tom"), factories.asset(alice)]
    chosen = assets[:2]
    for action, asked, done in (
        ("archive_selected", "Archive 2 assets?", 2),
        ("restore_selected", "Restore 2 assets?", 0),
    ):
        before = archived()
        question = act(admin, action, chosen)
        assert (question.status_code, archived()) == (200, before)
        assert asked in question.content.decode()
        assert "@Tom" in question.content.decode()
        assert act(admin, action, chosen, confirmed_count="2").status_code == 302
        assert archived() == done
    history = admin.get(reverse("admin:library_asset_history", args=[chosen[0].pk])).content.decode()
    assert "Archived." in history
    assert "Restored." in history


def test_it_is_asked_again_when_the_count_has_changed(admin: Client, alice: User) -> None:
    assets = [Asset.objects.get(handle="Mara"), factories.asset(alice)]
    answer = act(admin, "archive_selected", assets, confirmed_count="1")
    assert "Archive 2 assets?" in answer.content.decode()
    assert archived() == 0


def test_a_whole_list_is_archived_by_its_count(admin: Client, alice: User) -> None:
    assets = [Asset.objects.get(handle="Mara"), *(factories.asset(alice) for _ in range(2))]
    assert (
        act(admin, "archive_selected", assets[:1], select_across="1", confirmed_count="3").status_code == 302
    )
    assert archived() == 3


def test_nothing_to_do_is_said(admin: Client) -> None:
    answer = act(admin, "restore_selected", [Asset.objects.get(handle="Mara")])
    assert answer.status_code == 302
    page = admin.get(reverse("admin:library_asset_changelist")).content.decode()
    assert "None of the selected assets is archived." in page


def test_staff_who_may_only_look_cannot_archive(admin: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    alice.user_permissions.add(Permission.objects.get(codename="view_asset"))
    browser = Client()
    browser.force_login(alice)
    act(browser, "archive_selected", [Asset.objects.get(handle="Mara")], confirmed_count="1")
    assert archived() == 0


def test_an_asset_is_not_deleted_from_here(admin: Client) -> None:
    mara = Asset.objects.get(handle="Mara")
    address = reverse("admin:library_asset_delete", args=[mara.pk])
    assert admin.post(address, {"post": "yes"}).status_code == 403
    act(admin, "delete_selected", [mara], post="yes")
    assert Asset.objects.filter(pk=mara.pk).exists()


def test_a_name_of_before_is_released(admin: Client) -> None:
    alias = HandleAlias.objects.get()
    address = reverse("admin:library_handlealias_delete", args=[alias.pk])
    assert admin.post(address, {"post": "yes"}).status_code == 302
    assert not HandleAlias.objects.exists()


def test_a_renamed_or_deleted_tag_is_what_the_search_knows(admin: Client) -> None:
    def found(word: str) -> int:
        answer = admin.get(reverse("admin:library_asset_changelist"), {"q": word})
        return int(answer.context["cl"].result_count)

    tag = Tag.objects.get(name="old")
    address = reverse("admin:taggit_tag_change", args=[tag.pk])
    assert admin.post(address, {"name": "vintage", "slug": "vintage"}).status_code == 302
    assert (found("old"), found("vintage")) == (0, 1)
    assert admin.post(reverse("admin:taggit_tag_delete", args=[tag.pk]), {"post": "yes"}).status_code == 302
    assert found("vintage") == 0


def test_a_link_keeps_to_its_asset(admin: Client, alice: User, charlie: User) -> None:
    home, elsewhere = factories.project(alice), factories.project(charlie)
    kept = factories.asset(alice, handle="Kept", project=home, is_shared=False)
    mara = Asset.objects.get(handle="Mara")
    values = {"project": elsewhere.pk, "asset": kept.pk, "pinned_version": mara.current_version_id}
    answer = admin.post(reverse("admin:library_projectasset_add"), values)
    assert answer.context["adminform"].form.errors == {
        "asset": [f"@Kept is restricted to {home}."],
        "pinned_version": ["This is a version of @Mara, not of @Kept."],
    }


@pytest.mark.parametrize(
    ("term", "model", "field", "text"),
    [
        ("ali", "membership", "user", "alice"),
        ("mar", "projectasset", "asset", "@Mara"),
        ("mar", "projectasset", "pinned_version", "@Mara v1"),
        ("mar", "collection_assets", "asset", "@Mara"),
        ("harb", "collection", "project", "Harbour Lights"),
        ("ali", "savedview", "user", "alice"),
    ],
)
def test_fields_complete_themselves(admin: Client, term: str, model: str, field: str, text: str) -> None:
    asked = {"app_label": "library", "term": term, "model_name": model, "field_name": field}
    if model == "collection_assets":
        asked |= {"model_name": "collection", "field_name": "assets"}
    answer = admin.get(reverse("admin:autocomplete"), asked)
    assert [found["text"] for found in answer.json()["results"]] == [text]


@pytest.mark.parametrize("model", [*MODELS, "logentry", "tag"])
def test_thirty_rows_cost_as_much_as_three(admin: Client, alice: User, project: Project, model: str) -> None:
    app = {"logentry": "admin", "tag": "taggit"}.get(model, "library")
    address = reverse(f"admin:{app}_{model}_changelist")

    def fill(count: int) -> None:
        for _ in range(count):
            tag = f"tag {Tag.objects.count()}"
            made = factories.asset(alice, project=factories.project(alice), tags=[tag])
            keep(made, alice)
            LogEntry.objects.log_actions(alice.pk, [made], CHANGE, "Changed.")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert admin.get(address).status_code == 200
        return len(seen)

    fill(3)
    queries()
    with_three = queries()
    fill(27)
    assert queries() == with_three <= 12
    assert MediaFile.objects.count() == 32
