"""Response schemas for projects and assets. Sizes in bytes, lengths in seconds, money in US dollars."""

from datetime import date, datetime
from typing import Any, Literal, cast

from django.conf import settings
from ninja import Schema
from pydantic import BeforeValidator, Field

from generation.models import Job, Take
from library import storage, usability
from library.models import Asset, AssetVersion, MediaFile, Project, VersionFile

Kind = Literal["character", "image", "video", "audio"]
AnyCase = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
LimitName = Literal["budget", "personal_budget", "member_limit", "monthly_cap"]
FileRole = Literal["picture", "clip", "voice"]


class ProjectOut(Schema):
    """A project."""

    slug: str = Field(examples=["harbour-lights"])
    name: str = Field(examples=["Harbour Lights"])
    description: str
    budget_usd: float | None = Field(description="null: no limit")
    may_edit: bool = Field(description="whether the token's user may edit it")
    created_at: datetime
    page: str = Field(description="URL of its page")

    @classmethod
    def of(cls, project: Project, *, may_edit: bool) -> "ProjectOut":
        return cls(
            slug=project.slug,
            name=project.name,
            description=project.description,
            budget_usd=None if project.budget_usd is None else float(project.budget_usd),
            may_edit=may_edit,
            created_at=project.created_at,
            page=page_of(project),
        )


class ProjectDetails(ProjectOut):
    """A project with its spending and its shots."""

    committed_usd: float = Field(description="spent, and estimated for active jobs")
    left_usd: float | None = Field(
        description="what the token's user may still spend here under all limits; null: no limit"
    )
    limited_by: LimitName | None = Field(description="the limit with the smallest amount left")
    shots: list[str] = Field(description="their codes")


class FileOut(Schema):
    """One file of a version. URLs are signed and expire after one to two hours."""

    role: FileRole
    mime: str = Field(examples=["image/png"])
    size: int
    sha256: str
    width: int | None
    height: int | None
    seconds: float | None
    url: str
    thumbnail_url: str | None

    @classmethod
    def of(cls, file: VersionFile) -> "FileOut":
        media = file.media
        return cls(
            role=cast(FileRole, file.role),
            mime=media.mime,
            size=media.size,
            sha256=media.sha256,
            width=media.width,
            height=media.height,
            seconds=media.seconds,
            url=storage.signed_url(media.key),
            thumbnail_url=thumbnail_of(media),
        )


class VersionOut(Schema):
    """An immutable set of files; jobs pin the version that they use."""

    number: int
    note: str
    created_at: datetime
    files: list[FileOut]

    @classmethod
    def of(cls, version: AssetVersion) -> "VersionOut":
        files = version.files.select_related("media")
        return cls(
            number=version.number,
            note=version.note,
            created_at=version.created_at,
            files=[FileOut.of(file) for file in files],
        )


class AssetOut(Schema):
    """An asset as lists show it."""

    handle: str = Field(examples=["Mara"], description="written as @Mara in prompts")
    kind: Kind
    title: str
    tags: list[str]
    project: str | None = Field(description="slug of its home project")
    shared: bool = Field(description="usable in all projects; otherwise only in its home project")
    grid: bool = Field(description="a multi-view sheet")
    usable_as: list[str] = Field(examples=[["first, mid or end frame", "reference"]])
    rights_state: Literal["", "ending", "expired"]
    version: int | None = Field(description="number of the current version")
    revision: int = Field(description="number of saved edits")
    archived: bool
    use_count: int = Field(description="number of jobs that used it")
    created_at: datetime
    updated_at: datetime
    thumbnail_url: str | None
    page: str = Field(description="URL of its page")

    @classmethod
    def of(cls, asset: Asset) -> "AssetOut":
        return cls(**_facts(asset))


class AssetDetails(AssetOut):
    """Everything about an asset."""

    description: str
    licence: str | None = Field(description="null for users who may not edit the asset, as are the next two")
    source: str | None
    consent_note: str | None
    rights_end_on: date | None = Field(description="the last day on which it may be used")
    created_by: str
    earlier_handles: list[str] = Field(description="still valid in prompts")
    files: list[FileOut] = Field(description="of the current version; the first image is the primary one")

    @classmethod
    def of(cls, asset: Asset, *, may_edit: bool) -> "AssetDetails":  # type: ignore[override]  # has one more argument
        version = asset.current_version
        files = version.files.select_related("media") if version else []
        return cls(
            **_facts(asset),
            description=asset.description,
            licence=asset.licence if may_edit else None,
            source=asset.source if may_edit else None,
            consent_note=asset.consent_note if may_edit else None,
            rights_end_on=asset.rights_end_on,
            created_by=asset.created_by.get_username(),
            earlier_handles=[alias.name for alias in asset.aliases.all()],
            files=[FileOut.of(file) for file in files],
        )


def page_of(subject: Project | Asset | Job | Take) -> str:
    """Return the URL of its page."""
    return f"{settings.PUBLIC_URL}{subject.get_absolute_url()}"


def thumbnail_of(media: MediaFile | None) -> str | None:
    """Return a signed URL of the thumbnail, if there is one."""
    return storage.signed_url(media.thumbnail_key) if media and media.thumbnail_key else None


def _facts(asset: Asset) -> dict[str, Any]:
    return {
        "handle": asset.handle,
        "kind": asset.kind,
        "title": asset.title,
        "tags": sorted(tag.name for tag in asset.tags.all()),
        "project": asset.home_project.slug if asset.home_project else None,
        "shared": asset.is_shared,
        "grid": asset.is_grid,
        "usable_as": [name for use, name in usability.API_NAMES.items() if use & asset.uses],
        "rights_state": asset.rights_state,
        "version": asset.current_version.number if asset.current_version else None,
        "revision": asset.revision,
        "archived": asset.archived_at is not None,
        "use_count": asset.use_count,
        "created_at": asset.created_at,
        "updated_at": asset.updated_at,
        "thumbnail_url": thumbnail_of(asset.cover),
        "page": page_of(asset),
    }
