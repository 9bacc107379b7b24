"""How things come into the library: files become media, media become assets and versions."""

from library.ingest.assets import (
    HandleTaken,
    StaleEdit,
    WrongFiles,
    add_version,
    check_files,
    create_asset,
    edit_asset,
)
from library.ingest.media import add_media
from library.ingest.pictures import frame_near, save_thumbnail

__all__ = [
    "HandleTaken",
    "StaleEdit",
    "WrongFiles",
    "add_media",
    "add_version",
    "check_files",
    "create_asset",
    "edit_asset",
    "frame_near",
    "save_thumbnail",
]
