"""The library in Django's admin. Lists show previews by signed addresses and never call the storage.

What happened is not rewritten here either: media files, versions and the history can be looked at, not changed.
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
