"""Assets as a zip for elsewhere: `manifest.json`, and each file once under `files/<sha256>.<ending>`.

The manifest names the version of its format. Reading one is in `library.ingest.bundle_import`.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Annotated, Final, Literal

from django.contrib.auth.models import User
from django.utils import timezone
from pydantic import AfterValidator, BaseModel, Field

from library import handles
from library.ingest.zip_stream import GrowingZip
from library.models import Asset, MediaFile, VersionFile

FORMAT: Final = "backlot-assets"
VERSION: Final = 1
MANIFEST = "manifest.json"
MAX_FILES = 6


class FileEntry(BaseModel):
    """One file of an asset: where it lies in the zip, what it is there for, its place among those of its role."""

    path: str = Field(max_length=200)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    role: VersionFile.Role
    order: int = Field(ge=0)
    mime: str = Field(max_length=60)
    size: int = Field(ge=0, description="bytes")


class RightsEntry(BaseModel):
    """What was agreed."""

    licence: str = Field(default="", max_length=120)
    source: str = Field(default="", max_length=200)
    consent_note: str = Field(default="", max_length=100_000)
    rights_end_on: date | None = None


def _handle(name: str) -> str:
    if not handles.is_handle(name):
        raise ValueError(handles.RULE)
    return name


class AssetEntry(BaseModel):
    """An asset as it stood when it was exported: the files of its current version, the first picture first."""

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
    """What is in the zip."""

    format: Literal["backlot-assets"] = FORMAT
    version: Literal[1] = VERSION
    exported_at: datetime
    assets: list[AssetEntry]


def packed(assets: Iterable[Asset], *, by: User) -> Iterator[bytes]:
    """Yield the zip of these assets, a megabyte at a time. A file shared by several of them is included once. Licence,
    source and consent are included for assets that the user may edit.

    Raises StorageFailed on the way, after which what was sent is no whole zip.
    """
    chosen = list(assets)
    moment = timezone.now()
    archive = GrowingZip(moment)
    editable = Asset.objects.filter(pk__in=[asset.pk for asset in chosen]).keys_editable_by(by)
    entries = [_entry(asset, may_edit=asset.pk in editable) for asset in chosen]
    told = Manifest(exported_at=moment, assets=entries)
    yield archive.write(MANIFEST, told.model_dump_json(indent=2))
    for media in {use.media.pk: use.media for asset in chosen for use in _uses(asset)}.values():
        yield from archive.copy(_path(media), media.key)
    yield archive.end()


def _path(media: MediaFile) -> str:
    return f"files/{media.key.rpartition('/')[2]}"


def _uses(asset: Asset) -> list[VersionFile]:
    """The files of the current version, in order, the pictures first."""
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
