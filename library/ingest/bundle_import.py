"""Assets from a zip that another Backlot exported. The zip may be hostile: its list is read only when it is small,
no name in it becomes a path on this machine, and nothing is read beyond what its list announces."""

import hashlib
import math
import re
import stat
import struct
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.conf import settings
from django.contrib.auth.models import User
from pydantic import ValidationError

from library import handles
from library.decoding import DecodersBusy
from library.ingest import existing_assets
from library.ingest.assets import WrongFiles, create_asset
from library.ingest.bundle_export import FORMAT, MANIFEST, VERSION, AssetEntry, FileEntry, Manifest
from library.ingest.import_results import Ending, Outcome
from library.ingest.media import add_media
from library.ingest.naming import HandleTaken
from library.ingest.quotas import OverQuota
from library.ingest.zip_stream import PIECE
from library.models import Project, Rights
from library.probe import MAX_VIDEO_BYTES, UnreadableMedia
from library.storage import StorageFailed

MAX_LIST_BYTES = 16_000_000
MAX_ENTRIES = 20_000
MAX_MANIFEST_BYTES = 16_000_000
MAX_ASSETS = 10_000
MAX_UNPACKED_BYTES = 20_000_000_000
# Media hardly shrinks; deflate reaches a thousandfold on nothing but zeros.
MAX_SHRINKING = 200
END_BYTES = 22 + 65535
# What zipfile raises for a zip with wrong bytes: RuntimeError for a password that only a file's own head demands.
_DAMAGE = (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error, zlib.error)
_TYPES = {0, stat.S_IFREG, stat.S_IFDIR}


LEFT = "import the same zip again to continue here"
NO_ZIP = "This is no zip file, or it is damaged. Export or download it again."
LOCAL_HEAD_BYTES = 30


class BadBundle(ValueError):
    """The zip as a whole cannot be imported. The message is a sentence for people."""


class Bundle:
    """A validated export, and a folder for the file that is being extracted."""

    def __init__(self, archive: ZipFile, manifest: Manifest, folder: Path) -> None:
        self.archive, self.manifest = archive, manifest
        self._target = folder / "unpacked"

    def save(self, file: FileEntry) -> Path:
        """Extract one file, replacing the previous one. Raise BadBundle if it is missing or not as announced."""
        digest, target = hashlib.sha256(), self._target
        try:
            with self.archive.open(file.path) as stream, target.open("wb") as kept:
                while piece := stream.read(PIECE):
                    digest.update(piece)
                    kept.write(piece)
        except KeyError as error:
            raise BadBundle(f"{file.path} is named in the manifest, but not in the zip") from error
        except _DAMAGE as error:
            raise BadBundle(f"{file.path} is damaged") from error
        if digest.hexdigest() != file.sha256:
            raise BadBundle(f"{file.path} is not the file that the manifest names: its hash differs")
        return target


@contextmanager
def opened(source: IO[bytes]) -> Iterator[Bundle]:
    """A zip for reading, after all of its list was checked. Raises BadBundle."""
    _check_list_size(source)
    try:
        archive = ZipFile(source)
    except _DAMAGE as error:
        raise BadBundle(NO_ZIP) from error
    # One folder for all files: creating and removing one per file took half a minute for ten thousand files.
    with archive, tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        _check_entries(archive.infolist(), end=archive.start_dir)
        yield Bundle(archive, _manifest(archive), Path(folder))


def import_bundle(
    source: IO[bytes],
    *,
    by: User,
    project: Project | None,
    dry_run: bool = False,
    seconds: float = math.inf,
) -> Iterator[Outcome]:
    """Makes the assets of an export, one after another; each is made whole or not at all.

    What is there already with the same files is passed over, and so is a handle that another asset has. After so many
    seconds no further one is begun; the same zip, imported again, goes on there. Raises BadBundle before the first one
    when the zip as a whole is unfit.
    """
    end = time.monotonic() + seconds
    with opened(source) as bundle:
        for entries in batched(bundle.manifest.assets, existing_assets.PIECE):
            if time.monotonic() > end:
                yield from (Outcome(f"@{entry.handle}", Ending.LEFT, LEFT) for entry in entries)
            else:
                yield from _imported_piece(bundle, entries, by, project, dry_run=dry_run, end=end)


def _imported_piece(
    bundle: Bundle,
    entries: Sequence[AssetEntry],
    by: User,
    project: Project | None,
    *,
    dry_run: bool,
    end: float,
) -> Iterator[Outcome]:
    known = existing_assets.Standing(entries, by)
    made: set[str] = set()
    for entry in entries:
        name = handles.fold(entry.handle)
        # A manifest may name one handle twice.
        looked_up = existing_assets.Standing([entry], by) if name in made else known
        if found := looked_up.outcome(entry):
            yield found
        elif time.monotonic() > end:
            yield Outcome(f"@{entry.handle}", Ending.LEFT, LEFT)
        else:
            made.add(name)
            yield _imported(bundle, entry, by, project, dry_run=dry_run)


def _imported(
    bundle: Bundle, entry: AssetEntry, by: User, project: Project | None, *, dry_run: bool
) -> Outcome:
    name = f"@{entry.handle}"
    if not entry.is_shared and project is None:
        return Outcome(name, Ending.FAILED, "it was kept to a project: choose the one it is to belong to")
    if dry_run:
        return Outcome(name, Ending.MADE)
    try:
        create_asset(
            by=by,
            handle=entry.handle,
            kind=entry.kind,
            media=[
                add_media(bundle.save(file), name=file.path, by=by, project=project)
                for file in sorted(entry.files, key=lambda file: file.order)
            ],
            title=entry.title,
            description=entry.description,
            tags=list(dict.fromkeys(tag.lower() for tag in entry.tags)),
            project=project,
            is_shared=entry.is_shared,
            is_grid=entry.is_grid,
            rights=Rights(**dict(entry.rights)),
        )
    except DecodersBusy:
        return Outcome(name, Ending.LEFT, "too many files are being processed: import the same zip again")
    except StorageFailed:
        return Outcome(name, Ending.LEFT, "the file storage is unavailable: import the same zip again")
    except (BadBundle, UnreadableMedia, OverQuota, WrongFiles, HandleTaken) as error:
        return Outcome(name, Ending.FAILED, str(error))
    return Outcome(name, Ending.MADE)


# What a zip announces


def _check_list_size(source: IO[bytes]) -> None:
    """The whole list of a zip is read at once, so its size is looked up first, where the zip ends."""
    size = source.seek(0, 2)
    source.seek(max(0, size - END_BYTES - 76))
    tail = source.read()
    source.seek(0)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + 22:
        raise BadBundle(NO_ZIP)
    length = int.from_bytes(tail[place + 12 : place + 16], "little")
    if tail[max(0, place - 20) :].startswith(b"PK\x06\x07") and tail[max(0, place - 76) :].startswith(
        b"PK\x06\x06"
    ):
        length = int.from_bytes(tail[place - 36 : place - 28], "little")
    if length > MAX_LIST_BYTES:
        raise BadBundle(f"The zip lists too many files; at most {MAX_ENTRIES:,} can be read.")


def _check_entries(entries: list[ZipInfo], *, end: int) -> None:
    if len(entries) > MAX_ENTRIES:
        raise BadBundle(f"The zip lists {len(entries):,} files; at most {MAX_ENTRIES:,} can be read.")
    if len({entry.filename for entry in entries}) < len(entries):
        raise BadBundle("The zip has two files of one name.")
    for entry in entries:
        _check_entry(entry)
    _check_places(entries, end)
    total = sum(entry.file_size for entry in entries)
    if total > MAX_UNPACKED_BYTES:
        raise BadBundle(
            f"The zip unpacks to {total / 1e9:.0f} GB; at most {MAX_UNPACKED_BYTES / 1e9:.0f} GB."
        )


def _check_places(entries: list[ZipInfo], end: int) -> None:
    """Files that share their bytes unpack to far more than the zip holds."""
    by_place = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [*(entry.header_offset for entry in by_place[1:]), end]
    for entry, following in zip(by_place, ends, strict=False):
        if entry.header_offset + LOCAL_HEAD_BYTES + entry.compress_size > following:
            raise BadBundle(f"The zip holds a file in another one's bytes: {_shown(entry)}")


def _check_entry(entry: ZipInfo) -> None:
    name = entry.orig_filename
    shown = _shown(entry)
    if re.match(r"[/\\]|[A-Za-z]:", name) or ".." in re.split(r"[/\\]", name) or "\\" in name or "\0" in name:
        raise BadBundle(f"The zip names a file outside itself: {shown}")
    if stat.S_IFMT(entry.external_attr >> 16) not in _TYPES:
        raise BadBundle(f"The zip holds a link or a device instead of a file: {shown}")
    if entry.header_offset < 0:
        raise BadBundle(f"The zip is damaged: {shown}")
    if entry.flag_bits & 1:
        raise BadBundle(f"The zip is locked by a password: {shown}")
    if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise BadBundle(f"The zip packs a file in a way that cannot be read: {shown}")
    if entry.file_size > max(entry.compress_size, PIECE) * MAX_SHRINKING or entry.file_size > MAX_VIDEO_BYTES:
        raise BadBundle(f"The zip holds a file that unpacks to {entry.file_size / 1e6:,.0f} MB: {shown}")


def _shown(entry: ZipInfo) -> str:
    return ascii(entry.orig_filename[:80])[1:-1]


def batched(entries: Sequence[AssetEntry], size: int) -> Iterator[Sequence[AssetEntry]]:
    """Yield the entries in chunks of this size."""
    return (entries[start : start + size] for start in range(0, len(entries), size))


def _manifest(archive: ZipFile) -> Manifest:
    announced = archive.NameToInfo.get(MANIFEST)
    if announced is None:
        raise BadBundle(f"The zip holds no {MANIFEST}: it is no export of Backlot.")
    if announced.file_size > MAX_MANIFEST_BYTES:
        raise BadBundle(f"The {MANIFEST} of the zip is too large.")
    try:
        text = archive.read(announced)
    except _DAMAGE as error:
        raise BadBundle(f"The {MANIFEST} of the zip is damaged.") from error
    if b"\\u0000" in text:
        raise BadBundle(f"The {MANIFEST} of the zip holds letters that cannot be kept.")
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        raise BadBundle(_manifest_refusal(error)) from error
    if len(manifest.assets) > MAX_ASSETS:
        raise BadBundle(
            f"The zip names {len(manifest.assets):,} assets; at most {MAX_ASSETS:,} can be read. Export it in parts."
        )
    return manifest


def _manifest_refusal(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    if where in {"format", "version"}:
        return f"The zip was made in another format: {where} is {first['input']!r:.40}; {FORMAT} {VERSION} can be read."
    return f"The {MANIFEST} of the zip cannot be read: {where} {first['msg'][:120]}"
