"""Assets and their versions: the only writer of both. Every function is one short transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from library import usability
from library.ingest import links, naming, quotas
from library.ingest.naming import StaleEdit
from library.ingest.rights import check_home, check_last_day
from library.ingest.tags import tags_named
from library.models import Asset, AssetVersion, MediaFile, Project, ProjectAsset, Rights, VersionFile
from library.models.search import refresh_search

MAX_PICTURES = 5
_ROLES = {
    MediaFile.Kind.IMAGE: VersionFile.Role.PICTURE,
    MediaFile.Kind.VIDEO: VersionFile.Role.CLIP,
    MediaFile.Kind.AUDIO: VersionFile.Role.VOICE,
}
_SINGLE = {
    Asset.Kind.IMAGE: (MediaFile.Kind.IMAGE, "A picture asset has exactly one picture"),
    Asset.Kind.VIDEO: (MediaFile.Kind.VIDEO, "A clip has exactly one video"),
    Asset.Kind.AUDIO: (MediaFile.Kind.AUDIO, "A voice has exactly one recording"),
}


class WrongFiles(Exception):
    """The files do not make up an asset of this kind: change them. The message is a sentence for people."""


def check_files(kind: str, media: Sequence[MediaFile]) -> None:
    """Raises WrongFiles unless these files make up an asset of this kind.

    A character is what the provider calls a subject: 1 to 5 pictures, and at most one recording of its voice
    (skyreels-api.md, section 1).
    """
    found = [_count(media, media_kind) for media_kind in _ROLES]
    pictures, videos, voices = found
    if kind == Asset.Kind.CHARACTER:
        if not 1 <= pictures <= MAX_PICTURES or videos or voices > 1:
            rule = f"A character has 1 to {MAX_PICTURES} pictures and at most one voice recording"
            raise WrongFiles(f"{rule}; {_told(found)}.")
        return
    wanted, rule = _SINGLE[Asset.Kind(kind)]
    if len(media) != 1 or media[0].kind != wanted:
        raise WrongFiles(f"{rule}; {_told(found)}.")


def create_asset(
    *,
    by: User,
    handle: str,
    kind: str,
    media: Iterable[MediaFile],
    title: str = "",
    description: str = "",
    tags: Iterable[str] = (),
    project: Project | None = None,
    is_shared: bool = True,
    is_grid: bool = False,
    rights: Rights = Rights(),  # noqa: B008 - it is frozen
) -> Asset:
    """A new asset with its version 1, linked to its home project if it has one.

    Files given twice count once; the first picture is the primary one. Raises HandleTaken, WrongFiles, OverQuota.
    """
    files = list(dict.fromkeys(media))
    check_files(kind, files)
    with naming.names_locked():
        naming.check_free(handle)
        asset = Asset.objects.create(
            handle=handle,
            kind=kind,
            title=title,
            description=description,
            home_project=project,
            is_shared=is_shared,
            is_grid=is_grid and kind == Asset.Kind.IMAGE,
            created_by=by,
            **asdict(rights),
        )
        asset.tags.set(tags_named(tags))
        refresh_search(asset)
        _add_version(asset, by=by, files=files, number=1, note="")
        if project:
            ProjectAsset.objects.create(project=project, asset=asset)
    return asset


def add_version(
    asset: Asset, *, by: User, media: Iterable[MediaFile], note: str = "", after: int | None = None
) -> AssetVersion:
    """The next version, which becomes the current one; earlier ones stay as they are.

    Raises WrongFiles, OverQuota, and StaleEdit when somebody made another version since the one of the number `after`.
    """
    files = list(dict.fromkeys(media))
    check_files(asset.kind, files)
    with transaction.atomic():
        # The row lock makes version numbers follow one another.
        locked = Asset.objects.select_for_update().get(pk=asset.pk)
        last = locked.versions.order_by("-number").values_list("number", flat=True).first() or 0
        if after is not None and after != last:
            raise StaleEdit(Asset.objects.for_cards().get(pk=asset.pk))
        version = _add_version(locked, by=by, files=files, number=last + 1, note=note)
    return version


def edit_asset(
    asset: Asset,
    *,
    by: User,
    revision: int,
    title: str,
    description: str,
    tags: Iterable[str],
    project: Project | None,
    is_shared: bool,
    is_grid: bool,
    rights: Rights,
) -> Asset:
    """Writes the text of an asset as it was edited from that revision.

    Raises StaleEdit, OverQuota, OwnerNeeded for ended rights that are not `by`'s to extend, and LinkedElsewhere for an
    asset that is to be kept to one project while others link it; then nothing was changed.
    """
    with transaction.atomic():
        # Locked and read anew: the rights and the home as they are saved count, not those of a page opened before.
        saved = Asset.objects.select_for_update().get(pk=asset.pk)
        if saved.revision != revision:
            raise StaleEdit(Asset.objects.for_cards().get(pk=asset.pk))
        check_last_day(saved, last_day=rights.rights_end_on, by=by)
        check_home(saved, project=project, by=by)
        if project and project.pk != saved.home_project_id:
            quotas.check_move(saved, project)
        Asset.objects.filter(pk=asset.pk).update(
            title=title,
            description=description,
            home_project=project,
            is_shared=is_shared,
            is_grid=is_grid and saved.kind == Asset.Kind.IMAGE,
            revision=F("revision") + 1,
            updated_at=timezone.now(),
            **asdict(rights),
        )
        current = Asset.objects.for_cards().get(pk=asset.pk)
        current.tags.set(tags_named(tags), clear=False)
        write_uses(current)
        refresh_search(current)
        if (saved.home_project, saved.is_shared) != (project, is_shared):
            links.move_home(saved, project, is_shared=is_shared)
    return current


def _add_version(
    asset: Asset, *, by: User, files: Sequence[MediaFile], number: int, note: str
) -> AssetVersion:
    _check_still_there(files)
    quotas.check_files(files, by=by, project=asset.home_project)
    version = AssetVersion.objects.create(asset=asset, number=number, note=note, created_by=by)
    VersionFile.objects.bulk_create(
        VersionFile(version=version, media=one, role=_ROLES[MediaFile.Kind(one.kind)], position=position)
        for position, one in enumerate(files)
    )
    # A character is known by its face, not by the wave of its voice, wherever that stood in the list.
    asset.cover = min(files, key=lambda one: one.kind == MediaFile.Kind.AUDIO)
    asset.current_version = version
    asset.uses = usability.uses_of(asset.kind, asset.is_grid, files).uses
    asset.save(update_fields=["cover", "current_version", "uses", "updated_at"])
    return version


def _check_still_there(files: Sequence[MediaFile]) -> None:
    """Lock the files, so that the clean-up of unused files skips them. Raise WrongFiles for one that is gone."""
    keys = [one.pk for one in files]
    locked = MediaFile.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    if len(list(locked.values_list("pk", flat=True))) < len(keys):
        raise WrongFiles(_("An uploaded file has expired: choose it again."))


def write_uses(asset: Asset) -> None:
    """Notes anew what the asset can be used as, after `is_grid` changed."""
    version = asset.current_version
    files = [use.media for use in version.files.select_related("media")] if version else []
    asset.uses = usability.uses_of(asset.kind, asset.is_grid, files).uses
    Asset.objects.filter(pk=asset.pk).update(uses=asset.uses)


def _count(media: Iterable[MediaFile], kind: str) -> int:
    return sum(one.kind == kind for one in media)


def _told(found: Sequence[int]) -> str:
    names = ("picture", "video", "recording")
    parts = [f"{count} {name}{'s' * (count > 1)}" for count, name in zip(found, names, strict=True) if count]
    if not parts:
        return "no file was kept so far"
    return f"here {'is' if sum(found) == 1 else 'are'} {' and '.join(parts)}"
