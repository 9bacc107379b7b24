"""The admin shows the library with previews, and its lists never call the storage."""

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from library.models import Asset, MediaFile, Project
from library.storage import PrivateStorage
from tests import factories

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]
MODELS = ("project", "asset", "assetversion", "mediafile", "projectasset")


@pytest.fixture
def admin(admin_client: Client, alice: User, project: Project) -> Client:
    factories.asset(alice, handle="Mara", title="Mara Voss", project=project, pictures=2)
    return admin_client


def _not_called(storage: PrivateStorage) -> None:
    raise AssertionError("a list called the storage")


@pytest.mark.parametrize("model", MODELS)
def test_lists_work_without_the_storage(admin: Client, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PrivateStorage, "connection", property(_not_called))
    answer = admin.get(reverse(f"admin:library_{model}_changelist"), {"q": "Mara"})
    assert answer.status_code == 200
    if model != "project":
        assert "X-Amz-Signature" in answer.content.decode()


@pytest.mark.parametrize("model", MODELS)
def test_rows_open(admin: Client, model: str) -> None:
    row = apps.get_model("library", model).objects.first()
    assert admin.get(reverse(f"admin:library_{model}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("model", ["asset", "assetversion", "mediafile"])
def test_files_and_versions_are_made_elsewhere(admin: Client, model: str) -> None:
    assert admin.get(reverse(f"admin:library_{model}_add")).status_code == 403


@pytest.mark.parametrize(
    ("filters", "count"),
    [({"kind__exact": "character"}, 1), ({"kind__exact": "video"}, 0), ({"q": "voss"}, 1)],
)
def test_assets_are_filtered_and_found(admin: Client, filters: dict[str, str], count: int) -> None:
    answer = admin.get(reverse("admin:library_asset_changelist"), filters)
    assert answer.context["cl"].result_count == count


def test_an_asset_is_edited(admin: Client) -> None:
    mara = Asset.objects.get(handle="Mara")
    values = {"title": "Mara V.", "tags": "lead", "description": "", "is_shared": "on", "home_project": ""}
    inline = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}
    archived = {"archived_at_0": "", "archived_at_1": ""}
    answer = admin.post(
        reverse("admin:library_asset_change", args=[mara.pk]), {**values, **inline, **archived}
    )
    assert answer.status_code == 302
    mara.refresh_from_db()
    assert (mara.title, mara.handle, list(mara.tags.names())) == ("Mara V.", "Mara", ["lead"])


def test_people_and_assets_complete_themselves(admin: Client) -> None:
    for term, fields in {
        "ali": {"model_name": "membership", "field_name": "user"},
        "mar": {"model_name": "projectasset", "field_name": "asset"},
    }.items():
        answer = admin.get(reverse("admin:autocomplete"), {"app_label": "library", "term": term, **fields})
        assert len(answer.json()["results"]) == 1


@pytest.mark.parametrize("model", MODELS)
def test_a_list_costs_the_same_whatever_it_holds(
    admin: Client, alice: User, project: Project, model: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert admin.get(reverse(f"admin:library_{model}_changelist")).status_code == 200
        return len(found)

    with_one = queries()
    for number in range(2):
        factories.asset(alice, project=factories.project(alice), handle=f"other{number}")
    assert queries() == with_one
    assert MediaFile.objects.count() == 4
