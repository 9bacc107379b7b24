"""`manage.py storage_audit`: objects without rows, rows without objects, and what can be put right."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from generation.management.commands import storage_audit
from generation.models import Take
from library import ingest, storage
from library.models import Asset, MediaFile, Project
from tests import factories
from tests.generation.views.conftest import make_take

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]
LOST_KEY = "media/zz/lost.png"


@pytest.fixture(autouse=True)
def bucket_of_this_test() -> Iterator[None]:
    """The bucket is shared by all tests of a process: what others left is cleared away first."""
    storage.default_storage.bucket.objects.all().delete()
    yield
    storage.delete(LOST_KEY)


@pytest.fixture
def mara(alice: User, project: Project) -> Asset:
    return factories.asset(alice, handle="Mara", project=project)


@pytest.fixture
def no_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Objects count at once: a test cannot wait for an hour."""
    monkeypatch.setattr(storage_audit, "AGE", timedelta(seconds=-60))


def audit(*args: str) -> tuple[int, str]:
    said, code = io.StringIO(), 0
    try:
        call_command("storage_audit", *args, stdout=said, no_color=True)
    except SystemExit as end:
        code = int(str(end.code))
    return code, said.getvalue()


def put(key: str, folder: Path) -> None:
    file = folder / "file"
    file.write_bytes(b"nobody's")
    storage.upload(file, key, "image/png")


@pytest.mark.usefixtures("mara", "no_guard")
def test_a_whole_storage_has_nothing_to_report() -> None:
    assert audit() == (0, "0 found, 0 fixed, 0 left.\n")


@pytest.mark.usefixtures("mara", "no_guard")
def test_an_object_without_a_row_is_told_and_deleted(tmp_path: Path) -> None:
    put(LOST_KEY, tmp_path)
    code, said = audit()
    assert (code, said.splitlines()) == (
        1,
        [f"left  object without a row: {LOST_KEY} (8 bytes)", "1 found, 0 fixed, 1 left."],
    )
    assert storage.exists(LOST_KEY)
    assert audit("--fix")[0] == 0
    assert (storage.exists(LOST_KEY), audit()[0]) == (False, 0)


@pytest.mark.usefixtures("mara")
def test_a_young_object_is_left_alone(tmp_path: Path) -> None:
    put(LOST_KEY, tmp_path)
    code, said = audit("--fix")
    assert (code, said.splitlines()) == (
        0,
        [
            "1 object without a row, younger than an hour: left alone, since a row may be on its way.",
            "0 found, 0 fixed, 0 left.",
        ],
    )
    assert storage.exists(LOST_KEY)


def test_a_lost_thumbnail_is_drawn_again(mara: Asset) -> None:
    storage.delete(mara.cover.thumbnail_key)
    assert audit()[0] == 1
    code, said = audit("--fix")
    assert (code, said.splitlines()[-1]) == (0, "1 found, 1 fixed, 0 left.")
    assert storage.exists(mara.cover.thumbnail_key)


def test_a_lost_file_that_a_version_uses_stays_on_the_list(mara: Asset) -> None:
    storage.delete(mara.cover.key)
    code, said = audit("--fix")
    assert (code, f"left  row without its object: media file {mara.cover.pk}" in said) == (1, True)
    assert MediaFile.objects.filter(pk=mara.cover.pk).exists()


def test_the_row_of_a_lost_file_that_nothing_uses_is_deleted(django_capture_on_commit_callbacks) -> None:
    media = ingest.add_media(factories.upload())
    moment = timezone.now() - timedelta(days=2)
    MediaFile.objects.update(created_at=moment, brought_at=moment)
    storage.delete(media.key)
    with django_capture_on_commit_callbacks(execute=True):
        assert audit("--fix")[0] == 0
    assert (MediaFile.objects.count(), storage.exists(media.thumbnail_key)) == (0, False)


def test_a_take_without_its_video_is_named(alice: User, project: Project) -> None:
    take: Take = make_take(alice, project)
    code, said = audit("--fix")
    assert (code, said.splitlines()[-1]) == (1, "2 found, 0 fixed, 2 left.")
    assert f"row without its object: take {take.uuid}" in said
    assert f"row without its object: poster of take {take.uuid}" in said


@pytest.mark.usefixtures("no_guard")
def test_the_originals_of_signed_takes_are_known_and_missed(
    alice: User, project: Project, tmp_path: Path
) -> None:
    take: Take = make_take(alice, project)
    take.original_key = f"takes/{take.job.uuid}.mp4"
    take.save()
    for key in (take.key, take.poster_key, take.original_key):
        put(key, tmp_path)
    assert audit("--fix") == (0, "0 found, 0 fixed, 0 left.\n")
    storage.delete(take.original_key)
    code, said = audit("--fix")
    assert (code, said.splitlines()[-1]) == (1, "1 found, 0 fixed, 1 left.")
    assert f"row without its object: original of take {take.uuid}" in said
