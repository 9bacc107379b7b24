"""From a file to a stored, deduplicated media file."""

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files import File

from library import decoding, storage
from library.models import MediaFile

PIECE = 1024**2


def add_media(source: "File[bytes] | Path", *, name: str = "") -> MediaFile:
    """Converts, probes, cleans, deduplicates, stores and pictures one file; `name` is only used to speak about it.

    The same bytes give the same row, however often and however many at once. The objects are stored before the
    row, so a row always has its object. The file is opened in a process of its own, so memory stays bounded here
    whatever it holds. Raises UnreadableMedia with a sentence that names the file, DecodersBusy and StorageFailed; in
    all three cases there is no new row.
    """
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder) / "file"
        sha256 = _copied(source, path)
        return _known(sha256) or _added(path, sha256, name or str(source.name))


def _added(path: Path, sha256: str, name: str) -> MediaFile:
    prepared = decoding.prepare(path, name=name)
    if prepared.sha256 is not None:
        sha256 = prepared.sha256
        if known := _known(sha256):
            return known
    return _stored(prepared, sha256)


def _stored(prepared: decoding.Prepared, sha256: str) -> MediaFile:
    facts = prepared.facts
    key = storage.media_key(sha256, facts.extension)
    thumbnail_key = storage.thumbnail_key(sha256)
    storage.upload(prepared.thumbnail, thumbnail_key, "image/webp")
    storage.upload(prepared.path, key, facts.mime)
    values = vars(facts) | {"key": key, "thumbnail_key": thumbnail_key, "looks": prepared.looks}
    # Two uploads of the same bytes at once: the second to write its row gets the first one's.
    media, _ = MediaFile.objects.get_or_create(sha256=sha256, defaults=values)
    return media


def _known(sha256: str) -> MediaFile | None:
    return MediaFile.objects.filter(sha256=sha256).first()


def _copied(source: "File[bytes] | Path", path: Path) -> str:
    """Copies the source piece by piece and returns the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with path.open("wb") as target:
        for piece in _pieces(source):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()


def _pieces(source: "File[bytes] | Path") -> Iterator[bytes]:
    if isinstance(source, File):
        yield from source.chunks(PIECE)
        return
    with source.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece
