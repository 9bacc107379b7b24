"""What an audit of the storage can put right: lost thumbnails and posters."""

import tempfile
from pathlib import Path

from django.conf import settings

from library import storage
from library.ingest import pictures
from library.probe import UnreadableMedia, probe


def draw_again(key: str, picture_key: str) -> bool:
    """Draws the small picture of a stored file once more; False when that file is lost or cannot be read."""
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path, picture = Path(folder) / "file", Path(folder) / "picture.webp"
        try:
            storage.download(key, path)
            pictures.save_thumbnail(path, probe(path), picture)
            storage.upload(picture, picture_key, "image/webp")
        except (storage.StorageFailed, UnreadableMedia):
            return False
    return True
