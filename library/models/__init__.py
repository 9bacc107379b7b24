"""The library's tables: projects and their members, assets and their versions, media files."""

from library.models.assets import Asset, AssetTag, AssetVersion, ProjectAsset, VersionFile
from library.models.media import MediaFile
from library.models.projects import Membership, Project, Role

__all__ = [
    "Asset",
    "AssetTag",
    "AssetVersion",
    "MediaFile",
    "Membership",
    "Project",
    "ProjectAsset",
    "Role",
    "VersionFile",
]
