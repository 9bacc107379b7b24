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


def picture(mime: str = "image/png", *, size: int = 200_000) -> tuple[MediaFile, str]:
    return _file("image", mime, size=size), VersionFile.Role.PICTURE


def clip(seconds: float, mime: str = "video/mp4") -> tuple[MediaFile, str]:
    return _file("video", mime, seconds=seconds), VersionFile.Role.CLIP


def voice(seconds: float, mime: str = "audio/mpeg") -> tuple[MediaFile, str]:
    return _file("audio", mime, seconds=seconds), VersionFile.Role.VOICE


def asset(by: User, handle: str, kind: str, *files: tuple[MediaFile, str], **fields: Any) -> Asset:
    """An asset with one version of these files; without files it has none."""
    made = Asset.objects.create(handle=handle, kind=kind, created_by=by, **fields)
    if files:
        add_version(made, *files)
    return made


def add_version(made: Asset, *files: tuple[MediaFile, str]) -> AssetVersion:
    """A further version, which becomes the current one."""
    version = AssetVersion.objects.create(
        asset=made, number=made.versions.count() + 1, created_by=made.created_by
    )
    for place, (media, role) in enumerate(files):
        VersionFile.objects.create(version=version, media=media, role=role, position=place)
    made.current_version = version
    made.save(update_fields=["current_version"])
    return version


def fill(by: User) -> None:
    """The cast: two of the handles begin alike, and each kind of trouble has one asset."""
    asset(by, "Mara", "character", picture(), picture(), voice(4))
    asset(by, "Mar", "character", picture())
    asset(by, "Tom", "character", picture())
    asset(by, "Inez", "character", picture())
    asset(by, "pier", "image", picture())
    asset(by, "neon", "image", picture())
    asset(by, "dawn", "image", picture())
    asset(by, "Sheet", "image", picture(), is_grid=True)
    asset(by, "chase", "video", clip(7.2))
    asset(by, "walk", "video", clip(12))
    asset(by, "hum", "audio", voice(5))
    asset(by, "bare", "image")
    yesterday = timezone.localdate() - timedelta(1)
    asset(by, "gone", "character", picture(), rights_end_on=yesterday)
    asset(by, "huge", "image", picture(size=11_000_000))
    asset(by, "soft", "image", picture("image/webp"))
    asset(by, "mixed", "character", picture(), picture("image/webp"))
    asset(by, "long", "video", clip(17.2))
    asset(by, "rasp", "character", picture(), voice(15.5))
    asset(by, "flac", "character", picture(), voice(3, "audio/flac"))


def _file(kind: str, mime: str, *, size: int = 200_000, seconds: float | None = None) -> MediaFile:
    name = f"{next(_numbers):064}"
    key = f"media/{name[:2]}/{name}.{SUFFIXES[mime]}"
    return MediaFile.objects.create(sha256=name, key=key, kind=kind, mime=mime, size=size, seconds=seconds)
