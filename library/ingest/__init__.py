"""How things come into the library: files become media, media become assets and versions."""

from library.ingest.assets import (
    WrongFiles,
    add_version,
    check_files,
    create_asset,
    edit_asset,
)
from library.ingest.links import KeptAtHome, LinkedElsewhere, link_asset, pin
from library.ingest.media import add_media, keep_waiting
from library.ingest.naming import (
    HandleTaken,
    StaleEdit,
    free_suggestion,
    holder_of,
    release_name,
    rename,
)
from library.ingest.quotas import OverQuota, Usage, usage_of, usage_of_project
from library.ingest.removal import (
    InUse,
    archive,
    delete_asset,
    forget_media,
    purge_media,
    reasons_to_keep,
    unarchive,
    unused_media,
)
from library.ingest.repair import draw_again
from library.ingest.rights import OwnerNeeded, check_home, check_last_day
from library.ingest.versions import Impact, files_of, impact_of, restore_version

__all__ = [
    "HandleTaken",
    "Impact",
    "InUse",
    "KeptAtHome",
    "LinkedElsewhere",
    "OverQuota",
    "OwnerNeeded",
    "StaleEdit",
    "Usage",
    "WrongFiles",
    "add_media",
    "add_version",
    "archive",
    "check_files",
    "check_home",
    "check_last_day",
    "create_asset",
    "delete_asset",
    "draw_again",
    "edit_asset",
    "files_of",
    "forget_media",
    "free_suggestion",
    "holder_of",
    "impact_of",
    "keep_waiting",
    "link_asset",
    "pin",
    "purge_media",
    "reasons_to_keep",
    "release_name",
    "rename",
    "restore_version",
    "unarchive",
    "unused_media",
    "usage_of",
    "usage_of_project",
]
