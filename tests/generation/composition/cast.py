"""A small library made of rows alone, a file of each kind and a broken one of each: composing reads no file."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from generation.composition import Composition, Roles, Settings, compose, compose_request
from library.models import Asset, AssetVersion, MediaFile, Project, VersionFile

_numbers = count(1)
SUFFIXES = {
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "audio/mpeg": "mp3",
    "audio/flac": "flac",
}


@dataclass(frozen=True)
class Stage:
    """Who asks, and in which project."""

    user: User
    project: Project

    def compose(self, prompt: str, *, settings: Settings | None = None, **roles: Any) -> Composition:
        """What the page would say."""
        return compose(
            user=self.user,
            project=self.project,
            prompt=prompt,
            settings=settings or Settings(),
            roles=Roles(**roles),
        )

    def request(self, data: dict[str, Any], *, voices: Any = False) -> Composition:
        """What the APIs would say; the model is named unless the data does."""
        whole = {"model": "skyreels-v4-fast", **data}
        return compose_request(user=self.user, project=self.project, data=whole, voices=voices)


@dataclass(frozen=True)
class File:
    """One file that is nowhere stored, and its role in a version."""

    media: MediaFile
    role: str


def picture(mime: str = "image/png", *, size: int = 200_000) -> File:
    return File(_media("image", mime, size=size), VersionFile.Role.IMAGE)


def clip(seconds: float) -> File:
    return File(_media("video", "video/mp4", seconds=seconds), VersionFile.Role.VIDEO)


def voice(seconds: float, mime: str = "audio/mpeg") -> File:
    return File(_media("audio", mime, seconds=seconds), VersionFile.Role.VOICE)


def add(by: User, *rows: tuple[str, str, list[File], dict[str, Any]]) -> list[Asset]:
    """Assets (handle, kind, files, further fields), each with one version; without files it has none."""
    assets = Asset.objects.bulk_create(
        Asset(handle=handle, kind=kind, created_by=by, **fields) for handle, kind, _, fields in rows
    )
    for made, (_, _, files, _) in zip(assets, rows, strict=True):
        if files:
            add_version(made, *files)
    return assets


def add_version(made: Asset, *files: File) -> AssetVersion:
    """A further version, which becomes the current one."""
    number = made.versions.count() + 1
    version = AssetVersion.objects.create(asset=made, number=number, created_by_id=made.created_by_id)
    MediaFile.objects.bulk_create(file.media for file in files)
    VersionFile.objects.bulk_create(
        VersionFile(version=version, media=file.media, role=file.role, position=place)
        for place, file in enumerate(files)
    )
    Asset.objects.filter(pk=made.pk).update(current_version=version)
    made.current_version = version
    return version


def fill(by: User) -> None:
    """The cast: two of the handles begin alike, and each kind of trouble has one asset."""
    ended = {"rights_end_on": timezone.localdate() - timedelta(1)}
    add(
        by,
        ("Mara", "character", [picture(), picture(), voice(4)], {}),
        ("Mar", "character", [picture()], {}),
        ("Tom", "character", [picture()], {}),
        ("Inez", "character", [picture()], {}),
        ("pier", "image", [picture()], {}),
        ("neon", "image", [picture()], {}),
        ("dawn", "image", [picture()], {}),
        ("Sheet", "image", [picture()], {"is_grid": True}),
        ("chase", "video", [clip(7.2)], {}),
        ("walk", "video", [clip(12)], {}),
        ("hum", "audio", [voice(5)], {}),
        ("bare", "image", [], {}),
        ("gone", "character", [picture()], ended),
        ("huge", "image", [picture(size=11_000_000)], {}),
        ("soft", "image", [picture("image/webp")], {}),
        ("mixed", "character", [picture(), picture("image/webp")], {}),
        ("long", "video", [clip(17.2)], {}),
        ("rasp", "character", [picture(), voice(15.5)], {}),
        ("flac", "character", [picture(), voice(3, "audio/flac")], {}),
    )


def _media(kind: str, mime: str, *, size: int = 200_000, seconds: float | None = None) -> MediaFile:
    name = f"{next(_numbers):064}"
    key = f"media/{name[:2]}/{name}.{SUFFIXES[mime]}"
    return MediaFile(sha256=name, key=key, kind=kind, mime=mime, size=size, seconds=seconds)
