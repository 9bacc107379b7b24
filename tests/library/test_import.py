"""`manage.py import_assets`: a folder or a zip, as often as one likes."""

import io
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from library.ingest import bundle_export
from library.models import Asset, MediaFile, Project
from library.probe import Refusal, UnreadableMedia
from library.refusal_text import refusal_text
from tests import factories
from tests.library import files

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


def run(path: Path, *, project: str = "harbour-lights", **options: object) -> tuple[int, list[str]]:
    """Its exit code and its lines."""
    said = io.StringIO()
    try:
        call_command("import_assets", path, project=project, stdout=said, no_color=True, **options)
    except SystemExit as ended:
        return int(ended.code), said.getvalue().splitlines()
    return 0, said.getvalue().splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "cast"
    (made / "places").mkdir(parents=True)
    (made / ".git").mkdir()
    for name in (
        "mara_1.png",
        "mara_2.png",
        "places/harbour.png",
        "places/mara.png",
        ".git/x.png",
        ".DS_Store",
    ):
        (made / name).write_bytes(factories.picture())
    (made / "mara_voice.wav").write_bytes(files.sound())
    files.recording(made / "tom.m4a", "aac")
    return made


def test_a_folder_becomes_assets(folder: Path, alice: User, project: Project) -> None:
    code, lines = run(folder)
    assert (code, lines) == (
        0,
        [
            "created: mara_1.png, mara_2.png, mara_voice.wav (as @mara)",
            "created: tom.m4a (as @tom)",
            "created: harbour.png (as @harbour)",
            "created: mara.png (as @places_mara)",
            "4 created, 0 already exists, 0 skipped, 0 failed.",
        ],
    )
    mara = Asset.objects.get(handle="mara")
    assert (mara.kind, mara.created_by, mara.home_project) == ("character", alice, project)
    assert mara.current_version.contents == "2 images, voice"
    assert Asset.objects.get(handle="tom").cover.mime == "audio/mpeg"


def test_running_it_again_makes_nothing(folder: Path, project: Project) -> None:
    run(folder)
    before = (Asset.objects.count(), MediaFile.objects.count())
    code, lines = run(folder)
    assert (code, lines[-1]) == (0, "0 created, 4 already exists, 0 skipped, 0 failed.")
    assert "already exists: mara.png (as @places_mara)" in lines
    assert (Asset.objects.count(), MediaFile.objects.count()) == before


def test_bytes_that_are_there_already_are_told(tmp_path: Path, alice: User, project: Project) -> None:
    content = factories.picture()
    for name in ("harbour.png", "quay.png"):
        (tmp_path / name).write_bytes(content)
    assert run(tmp_path)[1][:2] == [
        "created: harbour.png (as @harbour)",
        "created: quay.png (as @quay; @harbour already has such a file)",
    ]


def test_what_cannot_be_used_is_reported_and_the_rest_is_made(folder: Path, project: Project) -> None:
    (folder / "notes.txt").write_text("Scene 4")
    (folder / "link.png").symlink_to("/etc/passwd")
    (folder / "tom.png").write_bytes(factories.picture())
    code, lines = run(folder)
    assert code == 1
    assert f"failed: notes.txt ({refusal_text(UnreadableMedia(Refusal.TEXT, 'notes.txt'))})" in lines
    assert "skipped: link.png (links are not followed)" in lines
    assert lines[-1].endswith("1 skipped, 1 failed.")
    assert Asset.objects.filter(handle="mara").exists()


def test_a_handle_that_is_another_asset_is_skipped(tmp_path: Path, alice: User, project: Project) -> None:
    folder = tmp_path / "cast"
    folder.mkdir()
    (folder / "mara.png").write_bytes(factories.picture())
    for name in ("mara", "cast_mara"):
        factories.asset(alice, handle=name)
    code, lines = run(folder)
    assert (code, lines[-1]) == (0, "0 created, 0 already exists, 1 skipped, 0 failed.")


def test_handles_of_which_one_starts_the_other_are_told(
    tmp_path: Path, alice: User, project: Project
) -> None:
    factories.asset(alice, handle="mara_voss")
    (tmp_path / "mara.png").write_bytes(factories.picture())
    notice = "These handles are easy to confuse: @mara and @mara_voss."
    assert run(tmp_path)[1][1] == notice
    assert notice not in run(tmp_path)[1]


def test_a_dry_run_says_what_it_would_do(folder: Path, project: Project) -> None:
    code, lines = run(folder, dry_run=True)
    assert (code, lines[0]) == (0, "created: mara_1.png, mara_2.png, mara_voice.wav (would be @mara)")
    assert lines[-1] == "4 created, 0 already exists, 0 skipped, 0 failed. This was a dry run."
    assert Asset.objects.count() == MediaFile.objects.count() == 0


def test_a_zip_comes_in_too(tmp_path: Path, alice: User, project: Project) -> None:
    factories.asset(alice, handle="Mara")
    path = tmp_path / "export.zip"
    path.write_bytes(b"".join(bundle_export.export_zip(Asset.objects.all(), by=alice)))
    assert run(path) == (0, ["already exists: @Mara", "0 created, 1 already exists, 0 skipped, 0 failed."])
    Asset.objects.update(current_version=None)
    Asset.objects.all().delete()
    assert run(path) == (0, ["created: @Mara", "1 created, 0 already exists, 0 skipped, 0 failed."])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"project": "nowhere"}, "There is no project nowhere."),
        ({"user": "nobody"}, "There is no user nobody."),
        ({"user": "vera"}, "vera may not create assets in Harbour Lights."),
    ],
)
def test_who_and_where_have_to_be_right(
    tmp_path: Path, project: Project, options: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CommandError) as refusal:
        run(tmp_path, **options)
    assert str(refusal.value) == sentence


def test_a_path_that_is_not_there_and_a_zip_that_is_none_are_refused(
    tmp_path: Path, project: Project
) -> None:
    with pytest.raises(CommandError, match="There is no"):
        run(tmp_path / "nothing")
    (tmp_path / "export.zip").write_bytes(b"no zip")
    with pytest.raises(CommandError, match=r"^export\.zip: This is not a zip file, or it is damaged"):
        run(tmp_path / "export.zip")
