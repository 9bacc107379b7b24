"""Write the library: store files, create and change assets and versions, delete what is unused."""

from library.ingest.assets import (
    WrongFiles,
    add_version,
    check_files,
    create_asset,
    edit_asset,
)
from library.ingest.links import LinkedElsewhere, RestrictedToHome, link_asset, pin
from library.ingest.media import add_media, extend_retention
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
    unarchive,
    unused_media,
    uses_of,
)
from library.ingest.repair import redraw_thumbnail
from library.ingest.rights import OwnerNeeded, check_home, check_last_day
from library.ingest.versions import Impact, files_of, impact_of, restore_version

__all__ = [
    "HandleTaken",
    "Impact",
    "InUse",
    "LinkedElsewhere",
    "OverQuota",
    "OwnerNeeded",
    "RestrictedToHome",
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
    "edit_asset",
    "extend_retention",
    "files_of",
    "forget_media",
    "free_suggestion",
    "holder_of",
    "impact_of",
    "link_asset",
    "pin",
    "purge_media",
    "redraw_thumbnail",
    "release_name",
    "rename",
    "restore_version",
    "unarchive",
    "unused_media",
    "usage_of",
    "usage_of_project",
    "uses_of",
]
