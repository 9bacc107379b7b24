"""Hostile zips through the page that imports them: a sentence each, nothing half made, nothing outside of the zip."""

import hashlib
import io
import json
import stat
import time
import warnings
import zipfile
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from django.utils import timezone

from library.ingest import purge_media
from library.ingest.bundle_import import import_bundle
from library.ingest.import_results import Result
from library.models import Asset, MediaFile
from tests.library import files
from tests.stored import stored_keys

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]

MANIFEST = "manifest.json"
BROKEN = "This is not a zip file, or it is damaged. Export or download it again."
MAX_SECONDS = 3.0
PICTURE = files.picture()


def zipped(*members: tuple[str, bytes], mode: int = 0, packing: int = zipfile.ZIP_STORED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that come twice
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = mode << 16, packing
            archive.writestr(info, data)
    return held.getvalue()


def asset(handle: str = "mara", content: bytes = PICTURE, **changes: object) -> dict[str, object]:
    sha256 = hashlib.sha256(content).hexdigest()
    file = {
        "path": "files/a.png",
        "sha256": sha256,
        "role": "picture",
        "order": 0,
        "mime": "image/png",
        "size": 1,
    }
    whole = {"handle": handle, "kind": "image", "files": [file]}
    return whole | {"files": [file | changes.pop("file", {})]} | changes


def told(*assets: object, **changes: object) -> bytes:
    head = {"format": "backlot-assets", "version": 1, "exported_at": "2026-01-01T00:00:00Z"}
    return json.dumps(head | {"assets": assets} | changes).encode()


def export(*assets: object, files: tuple[tuple[str, bytes], ...] = (("files/a.png", PICTURE),)) -> bytes:
    return zipped((MANIFEST, told(*assets)), *files)


def changed(content: bytes, mark: bytes, place: int, new: bytes, *, which: int = 0) -> bytes:
    """With `new` written `place` bytes behind the beginning of that mark."""
    at = -1
    for _ in range(which + 1):
        at = content.index(mark, at + 1)
    return content[: at + place] + new + content[at + place + len(new) :]


def crowded(count: int) -> bytes:
    return zipped(*((f"f{number}", b"") for number in range(count)))


def overlapping() -> bytes:
    """Two members that lie in the same bytes."""
    return changed(zipped((MANIFEST, told()), ("a", bytes(900))), b"PK\x01\x02", 42, bytes(4), which=1)


# What is wrong with the zip as a whole.
ZIPS: dict[str, tuple[Callable[[], bytes], str]] = {
    "text": (lambda: b"not a zip", BROKEN),
    "a picture": (lambda: PICTURE, BROKEN),
    "an end alone": (lambda: b"PK\x05\x06" + bytes(18), "was not exported from Backlot"),
    "an end that promises": (lambda: b"PK\x05\x06" + b"\xff" * 18, "has too many files"),
    "cut at half": (lambda: export(asset())[:200], BROKEN),
    "cut in its list": (lambda: export(asset())[:-40], BROKEN),
    "nested": (lambda: zipped(("inner.zip", export(asset()))), "was not exported from Backlot"),
    "../": (lambda: zipped(("../../x", b"")), "The zip has a file with an unsafe path: ../../x"),
    "inner ../": (lambda: zipped(("files/../../x", b"")), "The zip has a file with an unsafe path"),
    "absolute": (lambda: zipped(("/etc/passwd", b"")), "The zip has a file with an unsafe path: /etc/passwd"),
    "drive": (lambda: zipped(("C:/x", b"")), "The zip has a file with an unsafe path"),
    "NUL": (lambda: zipped(("a_b", b"")).replace(b"a_b", b"a\0b"), "The zip has a file with an unsafe path"),
    "twice": (lambda: zipped((MANIFEST, told()), (MANIFEST, told(asset()))), "has two files with the same name"),
    "link": (lambda: zipped(("a", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777), "a link or a device"),
    "pipe": (lambda: zipped(("a", b""), mode=stat.S_IFIFO), "a link or a device"),
    "locked": (lambda: changed(zipped((MANIFEST, told())), b"PK\x01\x02", 8, b"\1"), "protected by a password"),
    "packed oddly": (lambda: zipped((MANIFEST, told()), packing=zipfile.ZIP_BZIP2), "unsupported compression"),
    "bomb": (
        lambda: zipped(("a", bytes(300_000_000)), packing=zipfile.ZIP_DEFLATED),
        "The zip has a file that is too large: a",
    ),
    "bomb of a manifest": (
        lambda: zipped((MANIFEST, bytes(20_000_000)), packing=zipfile.ZIP_DEFLATED),
        "The manifest of the zip is too large",
    ),
    "65,600 files": (lambda: crowded(65_600), "The maximum is 20,000"),
    "wrong sum": (lambda: changed(zipped((MANIFEST, told())), b"PK\x01\x02", 16, b"\0\0\0\0"), "is damaged"),
    "size that lies": (lambda: changed(zipped((MANIFEST, told())), b"PK\x01\x02", 24, b"\1\0\0\0"), "is damaged"),
    "in each other's bytes": (overlapping, "has overlapping files"),
    "place behind the end": (lambda: changed(zipped((MANIFEST, told())), b"PK\x01\x02", 42, b"\xff\xff\0"), "overlap"),
    "more packed bytes than there are": (
        lambda: changed(export(asset()), b"PK\x01\x02", 20, b"\xff\xff\1\0\xff\xff\1\0", which=1),
        "has overlapping files",
    ),
    "no JSON": (lambda: zipped((MANIFEST, b"{")), "The manifest of the zip is invalid"),
    "JSON too deep": (lambda: zipped((MANIFEST, b"[" * 100_000)), "The manifest of the zip is invalid"),
    "not UTF-8": (lambda: zipped((MANIFEST, b'{"format": "\xff"}')), "The manifest of the zip is invalid"),
    "a number without end": (lambda: zipped((MANIFEST, told(version=10**400))), "unsupported format"),
    "a list instead": (lambda: zipped((MANIFEST, b"[]")), "The manifest of the zip is invalid"),
    "another format": (lambda: zipped((MANIFEST, told(format="x"))), "unsupported format"),
    "a later version": (lambda: zipped((MANIFEST, told(version=9))), "unsupported format"),
    "a handle that is none": (lambda: export(asset("../x")), "is invalid: assets.0.handle"),
    "a kind that is none": (lambda: export(asset(kind="program")), "is invalid: assets.0.kind"),
    "a role that is none": (lambda: export(asset(file={"role": "owner"})), "is invalid: assets.0.files.0.role"),
    "a hash that is none": (lambda: export(asset(file={"sha256": "../../x"})), "assets.0.files.0.sha256"),
    "a place below nothing": (lambda: export(asset(file={"order": -1})), "assets.0.files.0.order"),
    "200 tags": (lambda: export(asset(tags=["t"] * 200)), "is invalid: assets.0.tags"),
    "NUL in a title": (lambda: export(asset(title="a\0b")), "has characters that cannot be stored"),
    "half a letter in a title": (lambda: export(asset(title="a\ud83d")), "The manifest of the zip is invalid"),
}  # fmt: skip

# What is wrong with one asset: it is named, and the others are made.
ASSETS: dict[str, tuple[Callable[[], bytes], str]] = {
    "no such file": (lambda: export(asset(file={"path": "files/b.png"})), "listed in the manifest but missing"),
    "the manifest as a file": (lambda: export(asset(file={"path": MANIFEST})), "differs from the file in the manifest"),
    "a way out": (lambda: export(asset(file={"path": "../../../etc/passwd"})), "listed in the manifest but missing"),
    "other bytes": (lambda: export(asset(content=b"x")), "differs from the file in the manifest"),
    "a zip as a picture": (
        lambda: export(asset(content=(inner := zipped(("a", b"")))), files=(("files/a.png", inner),)),
        "a.png is a zip archive",
    ),
    "a pixel bomb": (
        lambda: export(asset(content=(sky := files.png_header(60000, 60000))), files=(("files/a.png", sky),)),
        "The maximum is 40 megapixels",
    ),
    "wrong sum": (lambda: changed(export(asset()), b"PK\x01\x02", 16, bytes(4), which=1), "is damaged"),
}  # fmt: skip


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def sent(browser: Client, content: bytes) -> tuple[int, str]:
    """The status and the text of the page; importing takes no time and leaves no file behind."""
    start = time.process_time()
    answer = browser.post("/library/import/", {"bundle": SimpleUploadedFile("export.zip", content)})
    assert time.process_time() - start < MAX_SECONDS
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []
    return answer.status_code, unescape(answer.content.decode())


@pytest.mark.parametrize("what", ZIPS)
def test_a_hostile_zip_is_refused_as_a_whole(browser: Client, what: str) -> None:
    make, sentence = ZIPS[what]
    before = stored_keys()
    status, page = sent(browser, make())
    assert (status, sentence in page) == (422, True), page[-3000:]
    assert Asset.objects.count() == MediaFile.objects.count() == 0
    assert stored_keys() == before


@pytest.mark.parametrize("what", ASSETS)
def test_one_hostile_asset_is_named_and_nothing_of_it_is_kept(browser: Client, what: str) -> None:
    make, sentence = ASSETS[what]
    before = stored_keys()
    _, page = sent(browser, make())
    assert sentence in page
    assert Asset.objects.count() == MediaFile.objects.count() == 0
    assert stored_keys() == before


def test_what_a_refused_asset_leaves_is_whole_and_goes_with_the_next_purge(browser: Client) -> None:
    before = stored_keys()
    _, page = sent(browser, export(asset(kind="video")))
    assert "A video asset needs exactly one video" in page
    assert Asset.objects.count() == 0
    media = MediaFile.objects.get()
    assert {media.key, media.thumbnail_key} <= stored_keys()
    moment = timezone.now() - timedelta(days=2)
    MediaFile.objects.update(created_at=moment, brought_at=moment)
    with TestCase.captureOnCommitCallbacks(execute=True):
        purge_media()
    assert (MediaFile.objects.count(), stored_keys()) == (0, before - {media.key, media.thumbnail_key})


def test_one_handle_twice_is_made_once(browser: Client) -> None:
    status, page = sent(browser, export(asset("mara"), asset("Mara")))
    assert (status, Asset.objects.count()) == (200, 1)
    assert "already exists" in page


def test_a_good_zip_comes_in_after_all_of_them(browser: Client) -> None:
    for make, _ in [*ZIPS.values()][::6]:
        sent(browser, make())
    assert sent(browser, export(asset()))[0] == 200
    assert Asset.objects.get().handle == "mara"


def test_what_takes_too_long_goes_on_with_the_same_zip(alice: User) -> None:
    content = io.BytesIO(export(asset("mara"), asset("tom")))
    left = [str(one) for one in import_bundle(content, by=alice, project=None, seconds=-1)]
    why = "import the same zip again to continue"
    assert left == [f"not imported yet: @mara ({why})", f"not imported yet: @tom ({why})"]
    assert [one.result for one in import_bundle(content, by=alice, project=None)] == [
        Result.CREATED,
        Result.CREATED,
    ]
