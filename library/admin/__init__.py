"""The library in Django's admin. Lists show previews by signed addresses and never call the storage.

What happened is not rewritten here either: media files, versions and the history can be looked at, not changed.
"""

from library.admin import assets, history, media, people, shelves
from library.admin.looking import PREVIEW_CLASSES, PREVIEW_HEIGHT, PREVIEW_WIDTH, ReadOnly, preview

__all__ = [
    "PREVIEW_CLASSES",
    "PREVIEW_HEIGHT",
    "PREVIEW_WIDTH",
    "ReadOnly",
    "assets",
    "history",
    "media",
    "people",
    "preview",
    "shelves",
]
