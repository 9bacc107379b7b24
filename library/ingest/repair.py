"""Recreate missing thumbnails and posters."""

import tempfile
from pathlib import Path

from django.conf import settings

from library import decoding, storage
from library.probe import UnreadableMedia


def redraw_thumbnail(key: str, thumbnail_key: str) -> bool:
    """Recreate the thumbnail of a stored file; return False if the file is missing or unreadable."""
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path, thumbnail = Path(folder) / "file", Path(folder) / "thumbnail.webp"
        try:
            storage.download(key, path)
            decoding.draw_thumbnail(path, thumbnail)
            storage.upload(thumbnail, thumbnail_key, "image/webp")
        except (storage.StorageFailed, UnreadableMedia):
            return False
    return True
