"""Store files as deduplicated media files."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files import File
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from library import decoding, storage
from library.ingest import quotas, staging
from library.models import MediaFile, Project, VersionFile

CHUNK = 1024**2


def add_media(
    source: "File[bytes] | Path", *, name: str = "", by: User | None = None, project: Project | None = None
) -> MediaFile:
    """Convert, probe, clean, deduplicate and store a file with its thumbnail; `name` is only used in messages.

    The same bytes always give the same row, also with concurrent calls. The objects are stored before the row, so that
    every row has its objects. The file is decoded in a separate process, so memory is bounded here. Until an asset uses
    it, the file is kept for a day and counts towards the quota of `by`.

    Raise UnreadableMedia, OverQuota if the quota of `by` or of the project is exceeded, DecodersBusy and StorageFailed;
    then there is no new row.
    """
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder) / "file"
        sha256 = _copy(source, path)
        if known := _known(sha256, by, project):
            return known
        quotas.check_size(path.stat().st_size, by=by, project=project)
        return _add(path, sha256, name or str(source.name), by, project)


def _add(path: Path, sha256: str, name: str, by: User | None, project: Project | None) -> MediaFile:
    prepared = decoding.prepare(path, name=name)
    if prepared.sha256 is not None:
        sha256 = prepared.sha256
        if known := _known(sha256, by, project):
            return known
    return _store(prepared, sha256, by)


def _store(prepared: decoding.Prepared, sha256: str, by: User | None) -> MediaFile:
    facts = prepared.facts
    key = storage.media_key(sha256, facts.extension)
    thumbnail_key = storage.thumbnail_key(sha256)
    staging.stage(sha256, key, thumbnail_key)
    storage.upload(prepared.thumbnail, thumbnail_key, "image/webp")
    storage.upload(prepared.path, key, facts.mime)
    values = vars(facts) | {
        "key": key,
        "thumbnail_key": thumbnail_key,
        "looks": prepared.looks,
        "brought_at": timezone.now(),
        "brought_by": by,
    }
    with transaction.atomic():
        # With two concurrent uploads of the same bytes, the second one uses the first one's row.
        media, _ = MediaFile.objects.get_or_create(sha256=sha256, defaults=values)
        staging.unstage(sha256)
    return media


def extend_retention(media: Iterable[int], by: User) -> None:
    """Keep these unused files, by key, for another day."""
    pending = MediaFile.objects.filter(
        ~Exists(VersionFile.objects.filter(media=OuterRef("pk"))), pk__in=media
    )
    pending.update(brought_at=timezone.now(), brought_by=by)


def _known(sha256: str, by: User | None, project: Project | None) -> MediaFile | None:
    """Return the row of these bytes and restart its waiting time. Raise OverQuota."""
    # UPDATE first: either it prevents the removal of the row, or the row is already gone.
    if not MediaFile.objects.filter(sha256=sha256).update(brought_at=timezone.now()):
        return None
    media = MediaFile.objects.get(sha256=sha256)
    quotas.check_known(media, by=by, project=project)
    if by and by.pk != media.brought_by_id:
        media.brought_by = by
        media.save(update_fields=["brought_by"])
    return media


def _copy(source: "File[bytes] | Path", path: Path) -> str:
    """Copy the source in chunks and return its SHA-256."""
    digest = hashlib.sha256()
    with path.open("wb") as target:
        for chunk in _chunks(source):
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest()


def _chunks(source: "File[bytes] | Path") -> Iterator[bytes]:
    if isinstance(source, File):
        yield from source.chunks(CHUNK)
        return
    with source.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk
