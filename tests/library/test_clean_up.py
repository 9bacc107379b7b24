"""What uploads leave behind is removed after a day, and never from under somebody who is making an asset of it."""

import datetime
import os
import time
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from generation import tasks
from library import forms, ingest, storage
from library.ingest import staging, temp_files
from library.models import Asset, MediaFile, StagedUpload
from tests import factories
from tests.at_once import at_once
from tests.library import files

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]
A_DAY_AND_MORE = datetime.timedelta(hours=26)


def add(content: bytes | None = None, by: User | None = None) -> MediaFile:
    return ingest.add_media(SimpleUploadedFile("a.png", content or factories.picture()), by=by)


def age(media: MediaFile, by: datetime.timedelta = A_DAY_AND_MORE) -> None:
    moment = timezone.now() - by
    MediaFile.objects.filter(pk=media.pk).update(created_at=moment, brought_at=moment)


@pytest.mark.django_db(transaction=True)
def test_each_hour_what_no_asset_has_is_deleted_with_its_objects(alice: User) -> None:
    kept, lonely, young = factories.asset(alice), add(), add()
    age(kept.cover)
    age(lonely)
    tasks.clean_up()
    assert set(MediaFile.objects.all()) == {kept.cover, young}
    assert [storage.exists(one.key) for one in (kept.cover, young, lonely)] == [True, True, False]
    assert not storage.exists(lonely.thumbnail_key)
    assert not StagedUpload.objects.exists()


def test_nothing_is_cleaned_up_while_the_storage_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    age(add())
    with monkeypatch.context() as away:
        away.setattr(storage, "default_storage", storage.PrivateStorage(bucket_name="nobody-made-it"))
        tasks.clean_up()
    assert MediaFile.objects.count() == 1
    assert not StagedUpload.objects.exists()


def test_the_same_bytes_again_wait_for_another_day(alice: User) -> None:
    content = factories.picture()
    age(add(content))
    again = add(content, alice)
    assert ingest.purge_media() == (0, 0)
    assert MediaFile.objects.get() == again
    assert again.brought_by == alice


def test_a_form_that_is_shown_again_keeps_its_files_for_another_day(client: Client, alice: User) -> None:
    media = add(by=alice)
    token = forms.keep_file(alice, media, "a.png").token
    age(media)
    client.force_login(alice)
    page = client.post("/library/new/", {"kind": "image", "handle": "", "kept": token})
    assert (page.status_code, "a.png" in page.content.decode()) == (422, True)
    assert ingest.purge_media() == (0, 0)


def test_a_file_that_was_removed_meanwhile_is_told_and_nothing_is_made(alice: User) -> None:
    media = add()
    MediaFile.objects.filter(pk=media.pk).delete()
    with pytest.raises(ingest.WrongFiles, match="Choose it again"):
        ingest.create_asset(by=alice, handle="Mara", kind="image", media=[media])
    assert not Asset.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_asset_that_is_made_at_the_same_moment_has_its_file_or_is_refused(alice: User) -> None:
    for number in range(6):
        media = add()
        age(media)

        def make(media: MediaFile = media, number: int = number) -> str:
            try:
                ingest.create_asset(by=alice, handle=f"mara_{number}", kind="image", media=[media])
            except ingest.WrongFiles:
                return "refused"
            return "made"

        ended, _ = at_once(make, ingest.purge_media)
        assert (
            storage.exists(media.key) == (ended == "made") == Asset.objects.named(f"mara_{number}").exists()
        )


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_that_come_at_the_same_moment_have_their_objects() -> None:
    for _ in range(6):
        content = factories.picture()
        age(add(content))

        def again(content: bytes = content) -> MediaFile | None:
            try:
                return add(content)
            except storage.StorageFailed:  # while the old objects are being deleted: send it again
                return None

        media, _ = at_once(again, ingest.purge_media)
        media = media or add(content)
        assert MediaFile.objects.filter(pk=media.pk).exists()
        assert storage.exists(media.key)
        assert storage.exists(media.thumbnail_key)


def broken_off() -> StagedUpload:
    """An upload whose process was killed between its objects and its row."""
    media = add(files.picture(size=(90 + StagedUpload.objects.count(), 33)))
    MediaFile.objects.filter(pk=media.pk).delete()
    staging.stage(media.sha256, media.key, media.thumbnail_key)
    return StagedUpload.objects.get(sha256=media.sha256)


def test_objects_of_a_killed_upload_are_deleted_after_a_day() -> None:
    old, young = broken_off(), broken_off()
    StagedUpload.objects.filter(pk=old.pk).update(staged_at=timezone.now() - A_DAY_AND_MORE)
    assert staging.remove_abandoned() == 1
    assert list(StagedUpload.objects.all()) == [young]
    assert [storage.exists(one.key) for one in (old, young)] == [False, True]
    assert not storage.exists(old.thumbnail_key)


def test_an_upload_that_began_again_is_left_alone() -> None:
    staged = broken_off()
    seen = staged.staged_at
    staging.stage(staged.sha256, staged.key, staged.thumbnail_key)
    assert not staging.remove(staged.sha256, seen)
    assert storage.exists(staged.key)


def test_an_upload_waits_for_the_removal_of_the_same_bytes() -> None:
    staged = broken_off()
    StagedUpload.objects.update(removing_at=timezone.now())
    with pytest.raises(storage.StorageFailed, match="is being deleted"):
        staging.stage(staged.sha256, staged.key, staged.thumbnail_key)
    StagedUpload.objects.update(removing_at=timezone.now() - A_DAY_AND_MORE)
    staging.stage(staged.sha256, staged.key, staged.thumbnail_key)
    assert StagedUpload.objects.get().removing_at is None


def test_what_the_storage_does_not_delete_stays_for_the_next_clean_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    staged = broken_off()

    def away(key: str) -> None:
        raise storage.StorageFailed("away")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "delete", away)
        assert not staging.remove(staged.sha256, staged.staged_at)
    assert staging.remove(staged.sha256, staged.staged_at)
    assert not storage.exists(staged.key)


def test_what_has_its_row_is_only_forgotten() -> None:
    media = add()
    moment = staging.stage(media.sha256, media.key, media.thumbnail_key)
    assert not staging.remove(media.sha256, moment)
    assert storage.exists(media.key)
    assert not StagedUpload.objects.exists()


def test_nothing_stays_staged_after_an_upload_and_all_of_a_refused_one_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add()
    assert not StagedUpload.objects.exists()

    def away(*arguments: object) -> None:
        raise storage.StorageFailed("away")

    monkeypatch.setattr(storage, "upload", away)
    with pytest.raises(storage.StorageFailed):
        add()
    assert StagedUpload.objects.count() == 1


def test_a_transaction_that_is_undone_deletes_no_object() -> None:
    media = add()
    age(media)
    with transaction.atomic():
        ingest.purge_media()
        transaction.set_rollback(True)
    assert storage.exists(media.key)
    assert MediaFile.objects.get() == media


# Temporary files


def old(path: Path) -> Path:
    moment = time.time() - temp_files.ABANDONED_AFTER - 60
    os.utime(path, (moment, moment))
    return path


def test_temporary_files_of_killed_processes_go_after_a_day(tmp_path: Path) -> None:
    folder, outside = tmp_path / "tmp", tmp_path / "outside"
    for path in (folder / "tmp_old", folder / "tmp_in_use", folder / "rclone", outside):
        path.mkdir(parents=True)
        (path / "file").write_bytes(b"x")
        old(path / "file")
        old(path)
    (folder / "tmp_in_use" / "file").touch()
    old(folder / "tmp_in_use")
    (folder / "young.upload.png").touch()
    for name in ("old.upload.png", "stale"):
        (folder / name).touch()
        old(folder / name)
    (folder / "link").symlink_to(outside)
    os.utime(folder / "link", (0, 0), follow_symlinks=False)
    assert temp_files.remove_abandoned(folder) == 4
    left = {path.name for path in folder.iterdir()}
    assert left == {"tmp_in_use", "rclone", "young.upload.png"}
    assert (outside / "file").exists()


def test_temporary_files_are_looked_at_once_an_hour(tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    assert temp_files.remove_abandoned(folder) == 0
    (folder / "tmp_old").mkdir()
    old(folder / "tmp_old")
    assert temp_files.remove_abandoned(folder) == 0
    old(tmp_path / "tmp-cleaned")
    assert temp_files.remove_abandoned(folder) == 1
