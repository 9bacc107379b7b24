"""`manage.py storage_audit`: find objects without rows, and rows without objects."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from generation.models import LinkFilm, Take
from generation.reviews.sharing import link_videos
from library import ingest, storage
from library.models import MediaFile

# Objects are stored before their rows are written: a recent object may still get its row.
AGE = timedelta(hours=1)


class Command(BaseCommand):
    """Print one line per finding; exit with code 1 if any of them is not fixed.

    All keys in the database are held in memory: about 300 MB for a million files with thumbnails.
    """

    help = "Finds objects without rows and rows without objects. Objects younger than an hour are left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--fix",
            action="store_true",
            help="delete objects without rows, draw lost thumbnails and posters again, "
            "and delete rows of lost files that no version uses",
        )

    def handle(self, *, fix: bool, **options: Any) -> None:
        self.left = self.found = young = 0
        # Read the rows first: a row added during the audit cannot be reported as missing its object.
        missing = dict(_rows())
        for stored in storage.listing():
            if missing.pop(stored.key, None) is not None:
                continue
            if stored.modified < timezone.now() - AGE:
                self._orphan(stored, fix)
            else:
                young += not _row_of(stored.key)
        for key, row in missing.items():
            if not storage.exists(key) and _row_of(key):
                self._lost(key, row, fix)
        if young:
            told = f"{young} object{'s' * (young > 1)} without a row, younger than an hour"
            self.stdout.write(f"{told}: left alone, since a row may be on its way.")
        self.stdout.write(f"{self.found} found, {self.found - self.left} fixed, {self.left} left.")
        if self.left:
            sys.exit(1)

    def _orphan(self, stored: storage.Stored, fix: bool) -> None:
        """Report an object without a row, and delete it if `fix` is set; do nothing if its row exists by now."""
        if _row_of(stored.key):
            return
        if fix:
            storage.delete(stored.key)
        self._say(f"object without a row: {stored.key} ({stored.size:,} bytes)", "deleted" if fix else "")

    def _lost(self, key: str, row: str, fix: bool) -> None:
        self._say(f"row without its object: {row}, {key}", _mended(key) if fix else "")

    def _say(self, finding: str, mended: str) -> None:
        self.found += 1
        self.left += not mended
        style = self.style.SUCCESS if mended else self.style.ERROR
        self.stdout.write(f"{style(mended or 'left')}  {finding}")


def _rows() -> Iterator[tuple[str, str]]:
    """Yield every key in the database with a description of its row."""
    for pk, key, thumbnail in MediaFile.objects.values_list("pk", "key", "thumbnail_key").iterator():
        yield key, f"media file {pk}"
        if thumbnail:
            yield thumbnail, f"thumbnail of media file {pk}"
    named = Take.objects.values_list("uuid", "key", "poster_key", "original_key")
    for uuid, key, poster, original in named.iterator():
        yield key, f"take {uuid}"
        yield poster, f"poster of take {uuid}"
        if original:
            yield original, f"original of take {uuid}"
    for uuid in LinkFilm.objects.filter(made_at__isnull=False).values_list("uuid", flat=True).iterator():
        yield storage.link_video_key(uuid), f"copy {uuid} for guests"
        yield storage.link_poster_key(uuid), f"poster of copy {uuid} for guests"


def _row_of(key: str) -> MediaFile | Take | LinkFilm | None:
    media = MediaFile.objects.filter(key=key).first() or MediaFile.objects.filter(thumbnail_key=key).first()
    takes = (Take.objects.filter(**{field: key}).first() for field in ("key", "poster_key", "original_key"))
    return media or next((take for take in takes if take), None) or link_videos.find(key)


def _mended(key: str) -> str:
    """Repair a row without its object. Return what was done; empty if the object is lost and still in use."""
    row = _row_of(key)
    if row is None:
        return "gone"
    if isinstance(row, LinkFilm):
        return "made again" if link_videos.request_again(row) else ""
    if isinstance(row, Take) and key == row.original_key:
        return ""
    if key != row.key:
        picture = row.thumbnail_key if isinstance(row, MediaFile) else row.poster_key
        return "drawn again" if ingest.redraw_thumbnail(row.key, picture) else ""
    if isinstance(row, MediaFile) and ingest.forget_media(row):
        return "row deleted"
    return ""
