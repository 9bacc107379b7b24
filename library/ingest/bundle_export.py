"""Export assets as a zip: `manifest.json`, and each file once as `files/<sha256>.<extension>`.

The manifest contains the version of its format. `library.ingest.bundle_import` reads it.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Annotated, Final, Literal

from django.contrib.auth.models import User
from django.utils import timezone
from pydantic import AfterValidator, BaseModel, Field

from library import handles
from library.ingest.zip_stream import StreamedZip
from library.models import Asset, MediaFile, VersionFile

FORMAT: Final = "backlot-assets"
VERSION: Final = 1
MANIFEST = "manifest.json"
MAX_FILES = 6


class FileEntry(BaseModel):
    """A file of an asset: its path in the zip, its role, and its position."""

    path: str = Field(max_length=200)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    role: VersionFile.Role
    order: int = Field(ge=0)
    mime: str = Field(max_length=60)
    size: int = Field(ge=0, description="bytes")


class RightsEntry(BaseModel):
    """The rights to an asset."""

    licence: str = Field(default="", max_length=120)
    source: str = Field(default="", max_length=200)
    consent_note: str = Field(default="", max_length=100_000)
    rights_end_on: date | None = None


def _handle(name: str) -> str:
    if not handles.is_handle(name):
        raise ValueError(handles.RULE)
    return name


class AssetEntry(BaseModel):
    """An asset at the time of the export, with the files of its current version, the primary image first."""

    handle: Annotated[str, AfterValidator(_handle)]
    kind: Asset.Kind
    title: str = Field(default="", max_length=120)
    description: str = Field(default="", max_length=100_000)
    tags: list[Annotated[str, Field(max_length=100)]] = Field(default=[], max_length=100)
    is_grid: bool = False
    is_shared: bool = True
    rights: RightsEntry = RightsEntry()
    files: list[FileEntry] = Field(min_length=1, max_length=MAX_FILES)


class Manifest(BaseModel):
    """The contents of the zip."""

    format: Literal["backlot-assets"] = FORMAT
    version: Literal[1] = VERSION
    exported_at: datetime
    assets: list[AssetEntry]


def export_zip(assets: Iterable[Asset], *, by: User) -> Iterator[bytes]:
    """Yield the zip of these assets in chunks. A file shared by several of them is included once. Licence, source and
    consent are included for assets that the user may edit.

    May raise StorageFailed between chunks, which leaves the zip incomplete.
    """
    chosen = list(assets)
    moment = timezone.now()
    archive = StreamedZip(moment)
    editable = Asset.objects.filter(pk__in=[asset.pk for asset in chosen]).keys_editable_by(by)
    entries = [_entry(asset, may_edit=asset.pk in editable) for asset in chosen]
    manifest = Manifest(exported_at=moment, assets=entries)
    yield archive.write(MANIFEST, manifest.model_dump_json(indent=2))
    for media in {use.media.pk: use.media for asset in chosen for use in _uses(asset)}.values():
        yield from archive.copy(_path(media), media.key)
    yield archive.close()


def _path(media: MediaFile) -> str:
    return f"files/{media.key.rpartition('/')[2]}"


def _uses(asset: Asset) -> list[VersionFile]:
    """Return the files of the current version, in order, images first."""
    if asset.current_version is None:
        return []
    uses = asset.current_version.files.all()
    return sorted(uses, key=lambda use: (use.role == VersionFile.Role.VOICE, use.position))


def _entry(asset: Asset, *, may_edit: bool) -> AssetEntry:
    fields = RightsEntry.model_fields if may_edit else ("rights_end_on",)
    rights = {name: getattr(asset, name) for name in fields}
    return AssetEntry(
        handle=asset.handle,
        kind=Asset.Kind(asset.kind),
        title=asset.title,
        description=asset.description,
        tags=sorted(tag.name for tag in asset.tags.all()),
        is_grid=asset.is_grid,
        is_shared=asset.is_shared,
        rights=RightsEntry(**rights),
        files=[_file(use, order) for order, use in enumerate(_uses(asset))],
    )


def _file(use: VersionFile, order: int) -> FileEntry:
    media = use.media
    return FileEntry(
        path=_path(media),
        sha256=media.sha256,
        role=VersionFile.Role(use.role),
        order=order,
        mime=media.mime,
        size=media.size,
    )
