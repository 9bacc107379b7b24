"""A zip of ten thousand assets takes a few queries for each piece of its list, and ends when its time is up."""

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from library import ingest
from library.ingest import bundle_import, existing_assets
from library.ingest.bundle_import import BadBundle
from library.ingest.import_results import Result
from library.models import Asset, Project
from library.views import bundles
from tests import factories
from tests.library.packing import imported, packed

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]
AtMost = Callable[[int], AbstractContextManager[object]]
QUERIES_A_PIECE = 6


def zip_of(*handles: str) -> bytes:
    """An export that names assets whose files are not in it."""
    file = {
        "path": "files/none.png", "sha256": "0" * 64, "role": "picture", "order": 0, "mime": "image/png", "size": 1,
    }  # fmt: skip
    assets = [{"handle": handle, "kind": "image", "files": [file]} for handle in handles]
    told = {"format": "backlot-assets", "version": 1, "exported_at": "2026-01-01T00:00:00Z", "assets": assets}
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(told))
    return held.getvalue()


def many(count: int) -> list[str]:
    return [f"crowd_{number}" for number in range(count)]


def test_queries_grow_with_pieces_not_with_assets(alice: User, django_assert_max_num_queries: AtMost) -> None:
    content = zip_of(*many(4 * existing_assets.CHUNK))
    with django_assert_max_num_queries(4 * QUERIES_A_PIECE):
        outcomes = imported(content, alice)
    assert {one.result for one in outcomes} == {Result.FAILED}
    assert len(outcomes) == 4 * existing_assets.CHUNK


def test_what_is_there_is_found_in_the_same_queries(
    alice: User, bob: User, django_assert_max_num_queries: AtMost
) -> None:
    mara, tom = (factories.asset(alice, handle=handle) for handle in ("Mara", "Tom"))
    hidden = factories.asset(bob, handle="Secret", project=factories.project(bob), is_shared=False)
    content = packed(mara, tom, hidden)
    ingest.rename(tom, handle="Thomas", revision=tom.revision)
    ingest.add_version(mara, by=alice, media=[factories.media()])
    with django_assert_max_num_queries(QUERIES_A_PIECE):
        told = {one.name: (one.result, one.reason) for one in imported(content, alice)}
    assert told == {
        "@Mara": (Result.SKIPPED, "@Mara already exists with other files"),
        "@Tom": (Result.EXISTS, ""),
        "@Secret": (Result.SKIPPED, "the handle is taken"),
    }


def test_a_handle_that_is_named_twice_is_made_once(alice: User) -> None:
    content = packed(factories.asset(alice, handle="Mara"))
    Asset.objects.update(current_version=None)
    Asset.objects.all().delete()
    twice = io.BytesIO(content)
    with zipfile.ZipFile(twice) as old:
        told = json.loads(old.read("manifest.json"))
        kept = {name: old.read(name) for name in old.namelist() if name != "manifest.json"}
    told["assets"].append(told["assets"][0] | {"handle": "MARA"})
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("manifest.json", json.dumps(told))
        for name, data in kept.items():
            archive.writestr(name, data)
    assert [one.result for one in imported(held.getvalue(), alice)] == [Result.CREATED, Result.EXISTS]


def test_after_its_time_nothing_is_looked_up_any_more(
    alice: User, django_assert_max_num_queries: AtMost
) -> None:
    content = zip_of(*many(4 * existing_assets.CHUNK))
    with django_assert_max_num_queries(0):
        outcomes = imported(content, alice, seconds=-1)
    assert {one.result for one in outcomes} == {Result.PENDING}


def test_more_assets_than_are_read_are_refused_before_the_first(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_import, "MAX_ASSETS", 3)
    with pytest.raises(BadBundle, match="The maximum is 3"):
        imported(zip_of(*many(4)), alice)


def test_the_page_lists_so_many_and_counts_all(
    client: Client, alice: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "MAX_LISTED", 3)
    client.force_login(alice)
    sent = io.BytesIO(zip_of(*many(10)))
    sent.name = "assets.zip"
    page = client.post(reverse("library:import"), {"bundle": sent}).content.decode()
    assert page.count('<dt class="handle">') == 3
    assert "failed: 10" in page
    assert "and 7 more" in page
