"""From a file to a stored, deduplicated media file."""

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files import File

from library import storage
from library.ingest import conversion, looks, pictures, privacy
from library.models import MediaFile
from library.probe import Facts, Seen, examine, shown_name

PIECE = 1024**2


def add_media(source: "File[bytes] | Path", *, name: str = "") -> MediaFile:
    """Converts, probes, cleans, deduplicates, stores and pictures one file; `name` is only used to speak about it.

    The same bytes give the same row, however often and however many at once. The objects are stored before the
    row, so a row always has its object. Memory stays bounded whatever the size. Raises UnreadableMedia with a
    sentence that names the file, and StorageFailed; in both cases there is no new row.
    """
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder) / "file"
        sha256 = _copied(source, path)
        return _known(sha256) or _added(path, sha256, name or str(source.name))


def _added(path: Path, sha256: str, name: str) -> MediaFile:
    source = conversion.converted(path, name=shown_name(name))
    facts, seen = examine(source, name=name)
    clean = privacy.cleaned(source, facts, seen)
    if clean != source:
        facts, seen = examine(clean, name=name)
    # A film is cleaned where it lies; a picture that lies where it was copied to has the bytes that were hashed.
    if clean != path or facts.kind == "video":
        sha256 = _sha256(clean)
        if known := _known(sha256):
            return known
    return _stored(clean, sha256, facts, seen, name)


def _stored(path: Path, sha256: str, facts: Facts, seen: Seen | None, name: str) -> MediaFile:
    key = storage.media_key(sha256, facts.extension)
    thumbnail_key = storage.thumbnail_key(sha256)
    thumbnail = path.with_name("thumbnail.webp")
    small = seen.small if seen else pictures.shown(path, facts, name=shown_name(name))
    pictures.save(small, thumbnail)
    storage.upload(thumbnail, thumbnail_key, "image/webp")
    storage.upload(path, key, facts.mime)
    values = vars(facts) | {
        "key": key,
        "thumbnail_key": thumbnail_key,
        "looks": looks.looks_of(small) if facts.kind == "image" else None,
    }
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


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
