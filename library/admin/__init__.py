"""The library in Django's admin. Previews use signed URLs, without requests to the storage.

Media files, versions and the history are read-only.
"""

from library.admin import assets, collections, history, media, users
from library.admin.read_only import PREVIEW_CLASSES, PREVIEW_HEIGHT, PREVIEW_WIDTH, ReadOnly, preview

__all__ = [
    "PREVIEW_CLASSES",
    "PREVIEW_HEIGHT",
    "PREVIEW_WIDTH",
    "ReadOnly",
    "assets",
    "collections",
    "history",
    "media",
    "preview",
    "users",
]
