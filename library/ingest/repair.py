"""What an audit of the storage can put right: lost thumbnails and posters."""

import tempfile
from pathlib import Path

from django.conf import settings

from library import decoding, storage
from library.probe import UnreadableMedia


def draw_again(key: str, picture_key: str) -> bool:
    """Draws the small picture of a stored file once more; False when that file is lost or cannot be read."""
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path, picture = Path(folder) / "file", Path(folder) / "picture.webp"
        try:
            storage.download(key, path)
            decoding.draw_thumbnail(path, picture)
            storage.upload(picture, picture_key, "image/webp")
        except (storage.StorageFailed, UnreadableMedia):
            return False
    return True
