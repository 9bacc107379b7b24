"""A hostile zip is refused with a sentence and leaves nothing behind."""

import io
import json
import stat
import zipfile
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from library.ingest import bundle_import
from library.ingest.bundle_import import BadBundle
from library.ingest.import_results import Result
from library.models import Asset, MediaFile, Project
from tests import factories
from tests.library.packing import emptied, imported, mara_of, packed, remade

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


@pytest.fixture
def mara(alice: User, project: Project) -> Asset:
    return mara_of(alice, project)


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


NO_FILE = "The zip has a link or a device instead of a file"
UNREAD = "The manifest of the zip is invalid"
HOSTILE = {
    "text": (b"not a zip", "This is not a zip file, or it is damaged. Export or download it again."),
    "nothing": (b"", "This is not a zip file, or it is damaged. Export or download it again."),
    "cut off": (entry("a", data=bytes(2000))[:-30], "This is not a zip file, or it is damaged. Export or"),
    "another zip": (entry("notes.txt"), "The zip was not exported from Backlot"),
    "no JSON": (entry("manifest.json", data=b"{"), "The manifest of the zip is invalid:"),
    "parent": (entry("../../etc/passwd"), "The zip has a file with an unsafe path: ../../etc/passwd"),
    "inner parent": (entry("files/../../x"), "The zip has a file with an unsafe path: files/../../x"),
    "absolute": (entry("/etc/passwd"), "The zip has a file with an unsafe path: /etc/passwd"),
    "drive": (entry("C:/x"), "The zip has a file with an unsafe path: C:/x"),
    "backslashes": (entry("..\\x"), "The zip has a file with an unsafe path: ..\\\\x"),
    "link": (entry("files/a", mode=stat.S_IFLNK | 0o777), f"{NO_FILE}: files/a"),
    "device": (entry("files/a", mode=stat.S_IFBLK), f"{NO_FILE}: files/a"),
    "bomb": (
        entry("files/a", data=bytes(400_000_000), compress=zipfile.ZIP_DEFLATED),
        "The zip has a file that is too large: files/a",
    ),
    "odd packing": (
        entry("files/a", compress=zipfile.ZIP_LZMA),
        "The zip uses an unsupported compression: files/a",
    ),
    "many": (many(), "The zip has too many files. The maximum is 20,000."),
    "long list": (long_list(), "The zip has too many files. The maximum is 20,000."),
    "locked": (locked(), "The zip is protected by a password: manifest.json"),
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
        (lambda told: told.update(version=2), "The zip has an unsupported format (2). Supported: backlot-assets 1"),
        (lambda told: told.update(format="other"), "The zip has an unsupported format ('other')"),
        (lambda told: told["assets"][0].update(handle="9 lives"), f"{UNREAD}: assets.0"),
        (lambda told: told["assets"][0].update(title="x" * 121), f"{UNREAD}: assets.0"),
        (lambda told: told["assets"][0].update(title="a\0b"), "The manifest of the zip has characters"),
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
    results = sorted(one.result for one in by_name.values())
    assert results == [Result.CREATED, Result.FAILED]
    [failed] = [one for one in by_name.values() if one.result == Result.FAILED]
    assert failed.reason == f"{names[0]} differs from the file in the manifest."
    assert Asset.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda told: a_file(told).update(path="files/no.png"), "files/no.png is listed in the manifest but missing"),
        (lambda told: told["assets"][0].update(kind="video"), "A video asset needs exactly one video; you chose 2"),
    ],
)  # fmt: skip
def test_an_asset_that_cannot_be_made_is_reported(
    mara: Asset, alice: User, project: Project, change: Callable[[dict], object], why: str
) -> None:
    content = remade(packed(mara), change)
    emptied()
    [outcome] = imported(content, alice, project)
    assert (outcome.result, outcome.reason.startswith(why)) == (Result.FAILED, True)
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
        with bundle_import.opened(io.BytesIO(bytes(content[:end]) if end < 20 else bytes(content))) as bundle:
            found = bundle.manifest.assets
    except BadBundle:
        found = []
    assert found == []
