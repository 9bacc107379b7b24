"""Assets travel as a zip, and come back as they were."""

import gc
import io
import json
import zipfile

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from library import ingest
from library.ingest import bundle_export
from library.ingest.import_results import Outcome, Result
from library.ingest.zip_stream import StreamedZip
from library.models import Asset, MediaFile, Project
from tests import factories
from tests.library import files
from tests.library.packing import emptied, imported, mara_of, media, packed

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


@pytest.fixture
def mara(alice: User, project: Project) -> Asset:
    return mara_of(alice, project)


# There and back


def test_the_zip_says_what_is_in_it(mara: Asset) -> None:
    with zipfile.ZipFile(io.BytesIO(packed(mara))) as archive:
        assert archive.testzip() is None
        told = json.loads(archive.read("manifest.json"))
        assert (told["format"], told["version"]) == ("backlot-assets", 1)
        [entry] = told["assets"]
        assert (entry["handle"], entry["kind"], entry["tags"]) == ("Mara", "character", ["lead", "night"])
        assert entry["rights"] == {
            "licence": "CC BY 4.0",
            "source": "a shoot",
            "consent_note": "Mara agreed",
            "rights_end_on": "2030-01-02",
        }
        assert [file["role"] for file in entry["files"]] == ["picture", "picture", "voice"]
        assert sorted(archive.namelist()) == sorted(["manifest.json", *(f["path"] for f in entry["files"])])


def test_an_export_comes_back_as_it_was(mara: Asset, alice: User, project: Project) -> None:
    content = packed(mara)
    emptied()
    assert imported(content, alice, project) == [Outcome("@Mara", Result.CREATED)]
    back = Asset.objects.get()
    for name in ("handle", "kind", "title", "description", "is_shared", "licence", "rights_end_on"):
        assert getattr(back, name) == getattr(mara, name), name
    assert sorted(back.tags.names()) == ["lead", "night"]
    assert back.current_version.contents == "2 images, voice"
    assert (
        json.loads(zipfile.ZipFile(io.BytesIO(packed(back))).read("manifest.json"))["assets"]
        == (json.loads(zipfile.ZipFile(io.BytesIO(content)).read("manifest.json"))["assets"])
    )


def test_tags_and_long_notes_come_back_as_pages_write_them(
    mara: Asset, alice: User, project: Project
) -> None:
    mara.tags.set(["Ünder Water"])
    Asset.objects.filter(pk=mara.pk).update(consent_note="agreed " * 1000)
    content = packed(Asset.objects.get(pk=mara.pk))
    emptied()
    assert imported(content, alice, project) == [Outcome("@Mara", Result.CREATED)]
    back = Asset.objects.get()
    assert (back.consent_note, list(back.tags.names())) == ("agreed " * 1000, ["ünder water"])


def test_what_is_there_already_is_passed_over(mara: Asset, alice: User, charlie: User) -> None:
    content = packed(mara)
    assert imported(content, alice) == [Outcome("@Mara", Result.EXISTS)]
    assert imported(content, charlie) == [Outcome("@Mara", Result.SKIPPED, "the handle is taken")]
    ingest.add_version(mara, by=alice, media=[media("new.png", factories.picture())])
    assert imported(content, alice) == [
        Outcome("@Mara", Result.SKIPPED, "@Mara already exists with other files")
    ]
    assert Asset.objects.count() == 1


def test_what_was_kept_to_a_project_does_not_become_everybodys(mara: Asset, alice: User) -> None:
    content = packed(mara)
    emptied()
    [outcome] = imported(content, alice)
    assert outcome.result == Result.FAILED
    assert Asset.objects.count() == 0


def test_a_dry_run_makes_nothing(mara: Asset, alice: User, project: Project) -> None:
    content = packed(mara)
    emptied()
    assert imported(content, alice, project, dry_run=True) == [Outcome("@Mara", Result.CREATED)]
    assert Asset.objects.count() == MediaFile.objects.count() == 0


def test_a_file_that_two_assets_have_is_packed_once(alice: User) -> None:
    shared = media("m.png", factories.picture())
    two = [
        ingest.create_asset(by=alice, handle=name, kind=kind, media=[shared])
        for name, kind in (("Mara", "character"), ("mara_face", "image"))
    ]
    with zipfile.ZipFile(io.BytesIO(packed(*two))) as archive:
        assert len(archive.namelist()) == 2


def test_the_memory_does_not_grow_with_the_files(alice: User, tmp_path: object) -> None:
    import tracemalloc

    path = files.video(tmp_path / "film.mp4")
    with path.open("ab") as stream:
        stream.write((100_000_000).to_bytes(4) + b"free")
        stream.truncate(path.stat().st_size + 100_000_000)
    film = ingest.create_asset(by=alice, handle="film", kind="video", media=[ingest.add_media(path)])
    packed(factories.asset(alice))
    tracemalloc.start()
    try:
        size = sum(len(piece) for piece in bundle_export.export_zip([film], by=alice))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > 100_000_000
    assert peak < 32_000_000


# The pages


def exported(client: Client, **data: object) -> list[str]:
    """The handles in the zip that the page gives."""
    answer = client.post("/library/export/", data)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        return [one["handle"] for one in json.loads(archive.read("manifest.json"))["assets"]]


def test_chosen_assets_are_exported_to_those_who_may_see_them(
    client: Client, mara: Asset, alice: User, charlie: User
) -> None:
    tom = factories.asset(alice, handle="Tom", kind=Asset.Kind.IMAGE)
    client.force_login(alice)
    assert exported(client, handle=["mara", "@Tom"]) == ["Mara", "Tom"]
    assert exported(client, handle="mara", asset=["x", tom.pk]) == ["Mara", "Tom"]
    assert exported(client, found="on", kind="image") == ["Tom"]
    client.force_login(charlie)
    assert exported(client, handle=["mara", "Tom"]) == ["Tom"]
    refused = client.post("/library/export/", {"handle": "mara"})
    assert refused.status_code == 422
    assert client.post("/library/export/").status_code == 422
    assert client.get("/library/export/").status_code == 405


def test_a_zip_is_imported_by_the_page(client: Client, mara: Asset, alice: User, project: Project) -> None:
    content = packed(mara)
    emptied()
    client.force_login(alice)
    sent = {"bundle": SimpleUploadedFile("e.zip", content), "bundle_project": project.pk}
    answer = client.post("/library/import/", sent)
    assert answer.context["outcomes"] == [Outcome("@Mara", Result.CREATED)]
    assert Asset.objects.get().home_project == project
    refused = client.post("/library/import/", {"bundle": SimpleUploadedFile("e.zip", b"no zip")})
    assert refused.status_code == 422
    assert dict(refused.context["bundle"].errors) == {
        "bundle": ["This is not a zip file, or it is damaged. Export or download it again."]
    }


@pytest.mark.parametrize("path", ["/library/export/", "/library/import/"])
def test_nobody_exports_or_imports_without_logging_in(client: Client, path: str) -> None:
    answer = client.post(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/login/?next={path}")


def test_a_zip_whose_client_leaves_writes_nothing_more() -> None:
    """pytest reports what is raised while the unfinished zip is collected."""
    zip_file = StreamedZip(timezone.now())
    assert zip_file.write("one.txt", "a text")
    cycle: list[object] = [zip_file]
    cycle.append(cycle)
    del zip_file, cycle
    gc.collect()
