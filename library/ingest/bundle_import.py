"""Import assets from a zip that another Backlot exported.

The zip is untrusted: its table of contents is read only if it is small, no name in it becomes a path on this machine,
and nothing is read beyond the declared sizes.
"""

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
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from library import handles
from library.decoding import DecodersBusy
from library.ingest import existing_assets
from library.ingest.assets import WrongFiles, create_asset
from library.ingest.bundle_export import FORMAT, MANIFEST, VERSION, AssetEntry, FileEntry, Manifest
from library.ingest.import_results import Outcome, Result
from library.ingest.media import add_media
from library.ingest.naming import HandleTaken
from library.ingest.quotas import OverQuota
from library.ingest.zip_stream import CHUNK
from library.models import Project, Rights
from library.probe import MAX_VIDEO_BYTES, UnreadableMedia
from library.refusal_text import refusal_text
from library.storage import StorageFailed

MAX_CONTENTS_BYTES = 16_000_000
MAX_ENTRIES = 20_000
MAX_MANIFEST_BYTES = 16_000_000
MAX_ASSETS = 10_000
MAX_EXPANDED_BYTES = 20_000_000_000
# Media files hardly compress; deflate reaches a factor of 1,000 for zeros.
MAX_COMPRESSION = 200
END_BYTES = 22 + 65535
# What zipfile raises for an invalid zip; RuntimeError for encryption that only a local header declares.
_DAMAGE = (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error, zlib.error)
_TYPES = {0, stat.S_IFREG, stat.S_IFDIR}


CONTINUE = gettext_lazy("import the same zip again to continue")
NOT_A_ZIP = gettext_lazy("This is not a zip file, or it is damaged. Export or download it again.")
LOCAL_HEADER_BYTES = 30


class BadBundle(ValueError):
    """The zip, or a file in it, cannot be imported. The message is shown to the user."""


class Bundle:
    """A validated export, and a folder for the file that is being extracted."""

    def __init__(self, archive: ZipFile, manifest: Manifest, folder: Path) -> None:
        self.archive, self.manifest = archive, manifest
        self._target = folder / "unpacked"

    def save(self, file: FileEntry) -> Path:
        """Extract one file, replacing the previous one. Raise BadBundle if it is missing or not as declared."""
        digest, target = hashlib.sha256(), self._target
        try:
            with self.archive.open(file.path) as stream, target.open("wb") as extracted:
                while chunk := stream.read(CHUNK):
                    digest.update(chunk)
                    extracted.write(chunk)
        except KeyError as error:
            raise BadBundle(
                _("%(file)s is listed in the manifest but missing.") % {"file": file.path}
            ) from error
        except _DAMAGE as error:
            raise BadBundle(_("%(file)s is damaged.") % {"file": file.path}) from error
        if digest.hexdigest() != file.sha256:
            raise BadBundle(_("%(file)s differs from the file in the manifest.") % {"file": file.path})
        return target


@contextmanager
def opened(source: IO[bytes]) -> Iterator[Bundle]:
    """Open a zip after checking its table of contents. Raise BadBundle."""
    _check_contents_size(source)
    try:
        archive = ZipFile(source)
    except _DAMAGE as error:
        raise BadBundle(str(NOT_A_ZIP)) from error
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
    """Create the assets of an export one by one; yield the outcome of each.

    Assets that already exist with the same files, and handles of other assets, are skipped. After this number of
    seconds, no further asset is started; importing the same zip again continues there. Raise BadBundle before the
    first outcome if the zip cannot be imported at all.
    """
    end = time.monotonic() + seconds
    with opened(source) as bundle:
        for entries in batched(bundle.manifest.assets, existing_assets.CHUNK):
            if time.monotonic() > end:
                yield from (Outcome(f"@{entry.handle}", Result.PENDING, str(CONTINUE)) for entry in entries)
            else:
                yield from _import_chunk(bundle, entries, by, project, dry_run=dry_run, end=end)


def _import_chunk(
    bundle: Bundle,
    entries: Sequence[AssetEntry],
    by: User,
    project: Project | None,
    *,
    dry_run: bool,
    end: float,
) -> Iterator[Outcome]:
    existing = existing_assets.ExistingAssets(entries, by)
    created: set[str] = set()
    for entry in entries:
        name = handles.fold(entry.handle)
        # A manifest may contain a handle twice.
        current = existing_assets.ExistingAssets([entry], by) if name in created else existing
        if outcome := current.outcome(entry):
            yield outcome
        elif time.monotonic() > end:
            yield Outcome(f"@{entry.handle}", Result.PENDING, str(CONTINUE))
        else:
            created.add(name)
            yield _import_asset(bundle, entry, by, project, dry_run=dry_run)


def _import_asset(
    bundle: Bundle, entry: AssetEntry, by: User, project: Project | None, *, dry_run: bool
) -> Outcome:
    name = f"@{entry.handle}"
    if not entry.is_shared and project is None:
        reason = _("it was restricted to a project: choose the project to import it to")
        return Outcome(name, Result.FAILED, reason)
    if dry_run:
        return Outcome(name, Result.CREATED)
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
        return Outcome(
            name, Result.PENDING, _("too many files are being processed: import the same zip again")
        )
    except StorageFailed:
        return Outcome(name, Result.PENDING, _("the file storage is unavailable: import the same zip again"))
    except UnreadableMedia as refusal:
        return Outcome(name, Result.FAILED, refusal_text(refusal))
    except (BadBundle, OverQuota, WrongFiles, HandleTaken) as error:
        return Outcome(name, Result.FAILED, str(error))
    return Outcome(name, Result.CREATED)


# The table of contents


def _check_contents_size(source: IO[bytes]) -> None:
    """Check the size of the table of contents, which zipfile reads at once; it is recorded at the end of the zip."""
    size = source.seek(0, 2)
    source.seek(max(0, size - END_BYTES - 76))
    tail = source.read()
    source.seek(0)
    position = tail.rfind(b"PK\x05\x06")
    if position < 0 or len(tail) < position + 22:
        raise BadBundle(str(NOT_A_ZIP))
    length = int.from_bytes(tail[position + 12 : position + 16], "little")
    if tail[max(0, position - 20) :].startswith(b"PK\x06\x07") and tail[max(0, position - 76) :].startswith(
        b"PK\x06\x06"
    ):
        length = int.from_bytes(tail[position - 36 : position - 28], "little")
    if length > MAX_CONTENTS_BYTES:
        raise BadBundle(_too_many_files())


def _check_entries(entries: list[ZipInfo], *, end: int) -> None:
    if len(entries) > MAX_ENTRIES:
        raise BadBundle(_too_many_files())
    if len({entry.filename for entry in entries}) < len(entries):
        raise BadBundle(_("The zip has two files with the same name."))
    for entry in entries:
        _check_entry(entry)
    _check_overlaps(entries, end)
    total = sum(entry.file_size for entry in entries)
    if total > MAX_EXPANDED_BYTES:
        too_large = _("The zip expands to %(size)s GB. The maximum is %(limit)s GB.")
        raise BadBundle(too_large % {"size": _gigabytes(total), "limit": _gigabytes(MAX_EXPANDED_BYTES)})


def _check_overlaps(entries: list[ZipInfo], end: int) -> None:
    """Raise BadBundle if files share bytes, by which they could expand to far more than the zip contains."""
    by_offset = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [*(entry.header_offset for entry in by_offset[1:]), end]
    for entry, following in zip(by_offset, ends, strict=False):
        if entry.header_offset + LOCAL_HEADER_BYTES + entry.compress_size > following:
            raise BadBundle(_("The zip has overlapping files: %(file)s") % {"file": _display_name(entry)})


def _check_entry(entry: ZipInfo) -> None:
    name = entry.orig_filename
    file = {"file": _display_name(entry)}
    if re.match(r"[/\\]|[A-Za-z]:", name) or ".." in re.split(r"[/\\]", name) or "\\" in name or "\0" in name:
        raise BadBundle(_("The zip has a file with an unsafe path: %(file)s") % file)
    if stat.S_IFMT(entry.external_attr >> 16) not in _TYPES:
        raise BadBundle(_("The zip has a link or a device instead of a file: %(file)s") % file)
    if entry.header_offset < 0:
        raise BadBundle(_("The zip is damaged: %(file)s") % file)
    if entry.flag_bits & 1:
        raise BadBundle(_("The zip is protected by a password: %(file)s") % file)
    if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise BadBundle(_("The zip uses an unsupported compression: %(file)s") % file)
    if (
        entry.file_size > max(entry.compress_size, CHUNK) * MAX_COMPRESSION
        or entry.file_size > MAX_VIDEO_BYTES
    ):
        raise BadBundle(_("The zip has a file that is too large: %(file)s") % file)


def _too_many_files() -> str:
    limit = number_format(MAX_ENTRIES, force_grouping=True)
    return _("The zip has too many files. The maximum is %(limit)s.") % {"limit": limit}


def _gigabytes(size: int) -> str:
    return number_format(size / 1e9, 0)


def _display_name(entry: ZipInfo) -> str:
    return ascii(entry.orig_filename[:80])[1:-1]


def batched(entries: Sequence[AssetEntry], size: int) -> Iterator[Sequence[AssetEntry]]:
    """Yield the entries in chunks of this size."""
    return (entries[start : start + size] for start in range(0, len(entries), size))


def _manifest(archive: ZipFile) -> Manifest:
    entry = archive.NameToInfo.get(MANIFEST)
    if entry is None:
        raise BadBundle(_("The zip was not exported from Backlot: it has no manifest."))
    if entry.file_size > MAX_MANIFEST_BYTES:
        raise BadBundle(_("The manifest of the zip is too large."))
    try:
        text = archive.read(entry)
    except _DAMAGE as error:
        raise BadBundle(_("The manifest of the zip is damaged.")) from error
    if b"\\u0000" in text:
        raise BadBundle(_("The manifest of the zip has characters that cannot be stored."))
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        raise BadBundle(_manifest_refusal(error)) from error
    if len(manifest.assets) > MAX_ASSETS:
        limit = number_format(MAX_ASSETS, force_grouping=True)
        too_many = _("The zip has too many assets. The maximum is %(limit)s. Export them in several zips.")
        raise BadBundle(too_many % {"limit": limit})
    return manifest


def _manifest_refusal(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    if where in {"format", "version"}:
        unknown = _("The zip has an unsupported format (%(found)s). Supported: %(supported)s.")
        return unknown % {"found": f"{first['input']!r:.40}", "supported": f"{FORMAT} {VERSION}"}
    invalid = _("The manifest of the zip is invalid: %(field)s: %(reason)s")
    return invalid % {"field": where, "reason": first["msg"][:120]}
