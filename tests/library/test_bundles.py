"""Assets travel as a zip; a hostile zip is refused with a sentence and leaves nothing behind."""

import io
import json
import stat
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from library import ingest
from library.ingest import bundles, unpacking
from library.ingest.outcomes import Ending, Outcome
from library.ingest.unpacking import BadBundle, import_bundle
from library.models import Asset, MediaFile, Project, Rights
from tests import factories
from tests.library import files

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


def media(name: str, content: bytes) -> MediaFile:
    return ingest.add_media(SimpleUploadedFile(name, content))


@pytest.fixture
def mara(alice: User, project: Project) -> Asset:
    parts = [media("voice.wav", files.sound()), *(media("m.png", factories.picture()) for _ in "ab")]
    return ingest.create_asset(
        by=alice,
        handle="Mara",
        kind=Asset.Kind.CHARACTER,
        media=parts,
        title="Mara Voss",
        description="Pilot. Käthe's sister.",
        tags=["lead", "night"],
        project=project,
        is_shared=False,
        rights=Rights("CC BY 4.0", "a shoot", "Mara agreed", date(2030, 1, 2)),
    )


def packed(*assets: Asset) -> bytes:
    return b"".join(bundles.packed(Asset.objects.filter(pk__in=[one.pk for one in assets])))


def imported(content: bytes, by: User, project: Project | None = None, **options: bool) -> list[Outcome]:
    return list(import_bundle(io.BytesIO(content), by=by, project=project, **options))


def remade(content: bytes, change: Callable[[dict], object] = bool, **more: bytes) -> bytes:
    """The same zip with its manifest changed, and with more files."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w") as new:
        told = json.loads(old.read("manifest.json"))
        change(told)
        new.writestr("manifest.json", json.dumps(told))
        for name in old.namelist():
            if name != "manifest.json":
                new.writestr(name, more.pop(name, None) or old.read(name))
        for name, data in more.items():
            new.writestr(name, data)
    return held.getvalue()


def emptied() -> None:
    Asset.objects.update(current_version=None)
    Asset.objects.all().delete()
    MediaFile.objects.all().delete()


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
    assert imported(content, alice, project) == [Outcome("@Mara", Ending.MADE)]
    back = Asset.objects.get()
    for name in ("handle", "kind", "title", "description", "is_shared", "licence", "rights_end_on"):
        assert getattr(back, name) == getattr(mara, name), name
    assert sorted(back.tags.names()) == ["lead", "night"]
    assert back.current_version.contents == "2 pictures, voice"
    assert (
        json.loads(zipfile.ZipFile(io.BytesIO(packed(back))).read("manifest.json"))["assets"]
        == (json.loads(zipfile.ZipFile(io.BytesIO(content)).read("manifest.json"))["assets"])
    )


def test_what_is_there_already_is_passed_over(mara: Asset, alice: User, charlie: User) -> None:
    content = packed(mara)
    assert imported(content, alice) == [Outcome("@Mara", Ending.SAME)]
    assert imported(content, charlie) == [Outcome("@Mara", Ending.TAKEN, "the handle is taken")]
    ingest.add_version(mara, by=alice, media=[media("new.png", factories.picture())])
    assert imported(content, alice) == [Outcome("@Mara", Ending.TAKEN, "@Mara is there with other files")]
    assert Asset.objects.count() == 1


def test_what_was_kept_to_a_project_does_not_become_everybodys(mara: Asset, alice: User) -> None:
    content = packed(mara)
    emptied()
    [outcome] = imported(content, alice)
    assert outcome.ending == Ending.FAILED
    assert Asset.objects.count() == 0


def test_a_dry_run_makes_nothing(mara: Asset, alice: User, project: Project) -> None:
    content = packed(mara)
    emptied()
    assert imported(content, alice, project, dry_run=True) == [Outcome("@Mara", Ending.MADE)]
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
        size = sum(len(piece) for piece in bundles.packed([film]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > 100_000_000
    assert peak < 32_000_000


# Hostile zips


def entry(name: str, *, data: bytes = b"x", mode: int = 0, compress: int = zipfile.ZIP_STORED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        info.compress_type = compress
        archive.writestr(info, data)
    return held.getvalue()


def many() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for number in range(20_001):
            archive.writestr(zipfile.ZipInfo(f"{number}"), b"")
    return held.getvalue()


def locked() -> bytes:
    content = bytearray(entry("manifest.json"))
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    return bytes(content)


def long_list() -> bytes:
    content = bytearray(entry("a"))
    content[-10:-6] = (500_000_000).to_bytes(4, "little")
    return bytes(content)


NO_FILE = "The zip holds a link or a device instead of a file"
UNREAD = "The manifest.json of the zip cannot be read"
HOSTILE = {
    "text": (b"not a zip", "This is no zip file, or it is damaged. Export or download it again."),
    "nothing": (b"", "This is no zip file, or it is damaged. Export or download it again."),
    "cut off": (entry("a", data=bytes(2000))[:-30], "This is no zip file, or it is damaged. Export or"),
    "another zip": (entry("notes.txt"), "The zip holds no manifest.json: it is no export of Backlot."),
    "no JSON": (entry("manifest.json", data=b"{"), "The manifest.json of the zip cannot be read:"),
    "parent": (entry("../../etc/passwd"), "The zip names a file outside itself: ../../etc/passwd"),
    "inner parent": (entry("files/../../x"), "The zip names a file outside itself: files/../../x"),
    "absolute": (entry("/etc/passwd"), "The zip names a file outside itself: /etc/passwd"),
    "drive": (entry("C:/x"), "The zip names a file outside itself: C:/x"),
    "backslashes": (entry("..\\x"), "The zip names a file outside itself: ..\\\\x"),
    "link": (entry("files/a", mode=stat.S_IFLNK | 0o777), f"{NO_FILE}: files/a"),
    "device": (entry("files/a", mode=stat.S_IFBLK), f"{NO_FILE}: files/a"),
    "bomb": (
        entry("files/a", data=bytes(400_000_000), compress=zipfile.ZIP_DEFLATED),
        "The zip holds a file that unpacks to 400 MB: files/a",
    ),
    "odd packing": (
        entry("files/a", compress=zipfile.ZIP_LZMA),
        "The zip packs a file in a way that cannot be read: files/a",
    ),
    "many": (many(), "The zip lists 20,001 files; at most 20,000 can be read."),
    "long list": (long_list(), "The zip lists too many files; at most 20,000 can be read."),
    "locked": (locked(), "The zip is locked by a password: manifest.json"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_zip_is_refused_with_a_sentence(name: str, alice: User, settings: object) -> None:
    content, sentence = HOSTILE[name]
    with pytest.raises(BadBundle) as refusal:
        imported(content, alice)
    assert str(refusal.value).startswith(sentence)
    assert Asset.objects.count() == MediaFile.objects.count() == 0
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


def a_file(told: dict) -> dict:
    return told["assets"][0]["files"][0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda told: told.update(version=2), "The zip was made in another format: version is 2; backlot-assets 1"),
        (lambda told: told.update(format="other"), "The zip was made in another format: format is 'other'"),
        (lambda told: told["assets"][0].update(handle="9 lives"), f"{UNREAD}: assets.0"),
        (lambda told: told["assets"][0].update(title="x" * 121), f"{UNREAD}: assets.0"),
        (lambda told: told["assets"][0].update(title="a\0b"), "The manifest.json of the zip holds letters"),
        (lambda told: told["assets"][0].update(files=[]), f"{UNREAD}: assets.0.files"),
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_is_refused(
    mara: Asset, alice: User, change: Callable[[dict], object], sentence: str
) -> None:
    with pytest.raises(BadBundle) as refusal:
        imported(remade(packed(mara), change), alice)
    assert str(refusal.value).startswith(sentence)


def test_one_bad_asset_does_not_hold_up_the_others(mara: Asset, alice: User, project: Project) -> None:
    tom = factories.asset(alice, handle="Tom")
    content = packed(mara, tom)
    names = [a_file({"assets": [one]})["path"] for one in json.loads(
        zipfile.ZipFile(io.BytesIO(content)).read("manifest.json")
    )["assets"]]  # fmt: skip
    emptied()
    by_name = {one.name: one for one in imported(remade(content, **{names[0]: b"forged"}), alice, project)}
    endings = sorted(one.ending for one in by_name.values())
    assert endings == [Ending.FAILED, Ending.MADE]
    [failed] = [one for one in by_name.values() if one.ending == Ending.FAILED]
    assert failed.why == f"{names[0]} is not the file that the manifest names: its hash differs"
    assert Asset.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda told: a_file(told).update(path="files/no.png"), "files/no.png is named in the manifest, but not"),
        (lambda told: told["assets"][0].update(kind="video"), "A clip has exactly one video; here are 2 pictures"),
    ],
)  # fmt: skip
def test_an_asset_that_cannot_be_made_is_reported(
    mara: Asset, alice: User, project: Project, change: Callable[[dict], object], why: str
) -> None:
    content = remade(packed(mara), change)
    emptied()
    [outcome] = imported(content, alice, project)
    assert (outcome.ending, outcome.why.startswith(why)) == (Ending.FAILED, True)
    assert Asset.objects.count() == 0


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(1, 400),
)
def test_a_zip_with_changed_bytes_is_read_or_refused(changes: list[tuple[int, int]], end: int) -> None:
    told = {"format": "backlot-assets", "version": 1, "exported_at": "2026-01-01T00:00:00Z", "assets": []}
    content = bytearray(entry("manifest.json", data=json.dumps(told).encode(), compress=zipfile.ZIP_DEFLATED))
    for place, value in changes:
        content[place % len(content)] = value
    try:
        with unpacking.opened(io.BytesIO(bytes(content[:end]) if end < 20 else bytes(content))) as bundle:
            found = bundle.manifest.assets
    except BadBundle:
        found = []
    assert found == []


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
    assert (refused.status_code, "None of the assets" in refused.content.decode()) == (422, True)
    assert client.post("/library/export/").status_code == 422
    assert client.get("/library/export/").status_code == 405


def test_a_zip_is_imported_by_the_page(client: Client, mara: Asset, alice: User, project: Project) -> None:
    content = packed(mara)
    emptied()
    client.force_login(alice)
    sent = {"bundle": SimpleUploadedFile("e.zip", content), "bundle_project": project.pk}
    answer = client.post("/library/import/", sent)
    assert answer.context["outcomes"] == [Outcome("@Mara", Ending.MADE)]
    assert Asset.objects.get().home_project == project
    refused = client.post("/library/import/", {"bundle": SimpleUploadedFile("e.zip", b"no zip")})
    assert refused.status_code == 422
    assert dict(refused.context["bundle"].errors) == {
        "bundle": ["This is no zip file, or it is damaged. Export or download it again."]
    }


@pytest.mark.parametrize("path", ["/library/export/", "/library/import/"])
def test_nobody_exports_or_imports_without_logging_in(client: Client, path: str) -> None:
    answer = client.post(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/login/?next={path}")
