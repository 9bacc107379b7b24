"""`manage.py demo`: creates the demo content once."""

import io
import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from PIL import Image
from pytest_django import DjangoDbBlocker

from generation.demo.accounts import USERS
from generation.demo.content import ASSETS, JOBS, MEDIA, PROJECTS
from generation.models import Job, JobReference, LedgerEntry, Shot
from library import storage
from library.models import (
    Asset,
    AssetVersion,
    MediaFile,
    Membership,
    Project,
    ProjectAsset,
    Role,
    VersionFile,
)
from library.probe.identify import probe

TABLES = (
    User,
    Project,
    Membership,
    Asset,
    AssetVersion,
    VersionFile,
    MediaFile,
    ProjectAsset,
    Shot,
    Job,
    LedgerEntry,
)


def run() -> str:
    """Run the command and return its output."""
    printed = io.StringIO()
    call_command("demo", stdout=printed, stderr=io.StringIO(), no_color=True)
    return printed.getvalue()


@pytest.fixture(scope="module")
def printed_once(s3: None, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Create the demo once for all tests below and return its output. Each test rolls back its changes."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield run()
        transaction.set_rollback(True)


@pytest.fixture
def printed(printed_once: str, db: None) -> str:
    return printed_once


def counts() -> dict[str, int]:
    return {table.__name__: table.objects.count() for table in TABLES}


def passwords(output: str) -> dict[str, str]:
    return dict(re.findall(r"^  (\w+) .*?(\S+)$", output, re.MULTILINE))


def test_all_content_is_created(printed: str) -> None:
    assert set(Project.objects.values_list("slug", flat=True)) == {project.slug for project in PROJECTS}
    assert list(Asset.objects.values_list("handle", flat=True)) == [asset.handle for asset in ASSETS]
    assert Shot.objects.count() == sum(len(project.shots) for project in PROJECTS)
    roles = {
        member.user.username: member.role
        for member in Project.objects.get(slug="harbour-lights").memberships.all()
    }
    assert roles == {"inez": Role.OWNER, "jonas": Role.EDITOR, "kim": Role.REVIEWER}
    mara = Asset.objects.get(handle="Mara")
    files = mara.current_version.files.values_list("media__kind", flat=True)
    assert sorted(files) == ["audio", "image", "image", "image", "image"]
    assert set(mara.links.values_list("project__slug", flat=True)) == {"harbour-lights", "night-market"}


def test_a_second_run_adds_nothing_and_keeps_the_passwords(printed: str) -> None:
    before, hashes = counts(), list(User.objects.values_list("password", flat=True))
    second = run()
    assert counts() == before
    assert list(User.objects.values_list("password", flat=True)) == hashes
    assert len(passwords(printed)) == 3
    assert passwords(second) == {}
    assert "changepassword" in second
    assert "0 new assets, 0 new takes" in second


def test_the_printed_passwords_work(printed: str, client: Client) -> None:
    found = passwords(printed)
    assert list(found) == [person.username for person in USERS]
    for name, password in found.items():
        assert len(password) >= 10
        assert client.login(username=name, password=password)
    assert list(User.objects.filter(is_superuser=True).values_list("username", flat=True)) == ["inez"]


def test_every_file_can_be_opened(printed: str, tmp_path) -> None:
    sizes = {"image": {(768, 768), (1920, 1080)}, "video": {(960, 540)}, "audio": {(None, None)}}
    for media in MediaFile.objects.all():
        with storage.open_file(media.key) as stream:
            path = tmp_path / "file"
            path.write_bytes(stream.read())
        facts = probe(path)
        assert (facts.kind, facts.size) == (media.kind, media.size)
        assert (facts.width, facts.height) in sizes[facts.kind]
        with storage.open_file(media.thumbnail_key) as stream, Image.open(stream) as small:
            assert max(small.size) == 480
    clip = MediaFile.objects.get(kind="video")
    assert (clip.seconds, clip.fps, clip.codec) == (4.0, 24.0, "h264")


def test_takes_are_queued_with_their_handles_bound(printed: str) -> None:
    assert list(Job.objects.order_by("pk").values_list("prompt", flat=True)) == [job.prompt for job in JOBS]
    assert set(Job.objects.values_list("status", flat=True)) == {Job.Status.QUEUED}
    assert Job.objects.filter(shot=None).count() == 0
    bo = Job.objects.get(prompt__contains="@Bo")
    assert list(bo.references.values_list("handle", flat=True)) == ["Bo", "market", "R-7"]


def test_with_a_provider_key_no_job_is_created(printed: str, settings) -> None:
    _forget_jobs()
    settings.PROVIDER_IS_SANDBOX = False
    assert "would cost money" in run()
    assert Job.objects.count() == 0


def test_an_interrupted_run_is_completed_by_the_next(printed: str) -> None:
    whole = counts()
    _forget_jobs()
    # The files were stored, but the asset was not created.
    lost = Asset.objects.filter(handle__in=["Lio", "harbour", "lamps_on"])
    lost.update(current_version=None)
    lost.delete()
    ProjectAsset.objects.filter(asset__handle="Mara", project__slug="night-market").delete()
    Shot.objects.filter(code="020").delete()
    assert "3 new assets, 6 new takes" in run()
    assert counts() == whole


def test_an_account_that_never_got_its_password_gets_one_later(printed: str, client: Client) -> None:
    User.objects.filter(username="kim").update(password="!")
    assert not client.login(username="kim", password="!")
    found = passwords(run())
    assert list(found) == ["kim"]
    assert client.login(username="kim", password=found["kim"])


def test_an_asset_of_another_user_is_left_unchanged(printed: str) -> None:
    _forget_jobs()
    other = User.objects.create_user("ada")
    mara = Asset.objects.get(handle="Mara")
    mara.links.all().delete()
    theirs = {"handle": "MARA", "home_project": None, "created_by": other, "current_version": None}
    Asset.objects.filter(pk=mara.pk).update(**theirs)
    second = run()
    assert "0 new assets, 3 new takes" in second
    assert "was not queued" in second
    assert ProjectAsset.objects.filter(asset=mara).count() == 0


def _forget_jobs() -> None:
    for table in (JobReference, LedgerEntry, Job):
        table.objects.all().delete()


def test_the_shipped_files_are_used_and_small() -> None:
    shipped = {path.name: path.stat().st_size for path in MEDIA.iterdir()}
    assert set(shipped) == {name for asset in ASSETS for name in asset.files}
    assert sum(shipped.values()) <= 1_000_000
