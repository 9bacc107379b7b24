"""The library's tables: projects and members, assets and their versions, media files, collections."""

from library.models.accounts import AccountSettings
from library.models.assets import Asset, AssetTag, AssetVersion, ProjectAsset, VersionFile
from library.models.collections import Collection, Favourite, SavedView
from library.models.former_handles import HandleAlias
from library.models.media import MediaFile, StagedUpload
from library.models.projects import Membership, Project, Role
from library.models.rights import Rights
from library.models.throttling import AttemptCounter

__all__ = [
    "AccountSettings",
    "Asset",
    "AssetTag",
    "AssetVersion",
    "AttemptCounter",
    "Collection",
    "Favourite",
    "HandleAlias",
    "MediaFile",
    "Membership",
    "Project",
    "ProjectAsset",
    "Rights",
    "Role",
    "SavedView",
    "StagedUpload",
    "VersionFile",
]
