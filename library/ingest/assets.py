"""Create and edit assets and their versions. Every function is one short transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from library import usability
from library.ingest import links, naming, quotas
from library.ingest.naming import StaleEdit
from library.ingest.rights import check_home, check_last_day
from library.ingest.tags import tags_named
from library.models import Asset, AssetVersion, MediaFile, Project, ProjectAsset, Rights, VersionFile
from library.models.search import refresh_search

MAX_IMAGES = 5
_ROLES = {
    MediaFile.Kind.IMAGE: VersionFile.Role.IMAGE,
    MediaFile.Kind.VIDEO: VersionFile.Role.VIDEO,
    MediaFile.Kind.AUDIO: VersionFile.Role.VOICE,
}
_SINGLE = {
    Asset.Kind.IMAGE: (
        MediaFile.Kind.IMAGE,
        gettext_lazy("An image asset needs exactly one image; %(found)s."),
    ),
    Asset.Kind.VIDEO: (
        MediaFile.Kind.VIDEO,
        gettext_lazy("A video asset needs exactly one video; %(found)s."),
    ),
    Asset.Kind.AUDIO: (
        MediaFile.Kind.AUDIO,
        gettext_lazy("A voice asset needs exactly one audio file; %(found)s."),
    ),
}


class WrongFiles(Exception):
    """The files do not fit the kind of the asset. The message is shown to the user."""


def check_files(kind: str, media: Sequence[MediaFile]) -> None:
    """Raise WrongFiles unless these files fit an asset of this kind.

    A character is what the provider calls a subject: 1 to 5 images, and at most one voice recording (skyreels-api.md,
    section 1).
    """
    images, videos, audio_files = counts = [_count(media, media_kind) for media_kind in _ROLES]
    if kind == Asset.Kind.CHARACTER:
        if not 1 <= images <= MAX_IMAGES or videos or audio_files > 1:
            rule = _("A character needs 1 to %(max)d images and can have one voice recording; %(found)s.")
            raise WrongFiles(rule % {"max": MAX_IMAGES, "found": _found_text(*counts)})
        return
    wanted, text = _SINGLE[Asset.Kind(kind)]
    if len(media) != 1 or media[0].kind != wanted:
        raise WrongFiles(str(text) % {"found": _found_text(*counts)})


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
    rights: Rights = Rights(),  # noqa: B008 - frozen
) -> Asset:
    """Create an asset with version 1, and link it to its home project if it has one.

    Duplicate files are ignored; the first image is the primary one. Raise HandleTaken, WrongFiles, OverQuota.
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
    """Create the next version and make it the current one.

    Raise WrongFiles, OverQuota, and StaleEdit if a version after the number `after` has been created.
    """
    files = list(dict.fromkeys(media))
    check_files(asset.kind, files)
    with transaction.atomic():
        # The row lock makes version numbers consecutive.
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
    """Save the details of an asset that were edited from this revision.

    Raise StaleEdit, OverQuota, OwnerNeeded for expired rights that `by` may not extend, and LinkedElsewhere for an
    asset that is to be restricted to one project while others link to it; then nothing was changed.
    """
    with transaction.atomic():
        # Reload under a lock: the saved rights and home project count, not those of an earlier page.
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
    _lock_files(files)
    quotas.check_files(files, by=by, project=asset.home_project)
    version = AssetVersion.objects.create(asset=asset, number=number, note=note, created_by=by)
    VersionFile.objects.bulk_create(
        VersionFile(version=version, media=one, role=_ROLES[MediaFile.Kind(one.kind)], position=position)
        for position, one in enumerate(files)
    )
    # The cover of a character is its first image, not the waveform of its voice, whatever the order.
    asset.cover = min(files, key=lambda one: one.kind == MediaFile.Kind.AUDIO)
    asset.current_version = version
    asset.uses = usability.usability_of(asset.kind, asset.is_grid, files).uses
    asset.save(update_fields=["cover", "current_version", "uses", "updated_at"])
    return version


def _lock_files(files: Sequence[MediaFile]) -> None:
    """Lock the files, so that the clean-up of unused files skips them. Raise WrongFiles for one that is gone."""
    keys = [one.pk for one in files]
    locked = MediaFile.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    if len(list(locked.values_list("pk", flat=True))) < len(keys):
        raise WrongFiles(_("An uploaded file has expired. Choose it again."))


def write_uses(asset: Asset) -> None:
    """Update what the asset can be used as, after `is_grid` changed."""
    version = asset.current_version
    files = [use.media for use in version.files.select_related("media")] if version else []
    asset.uses = usability.usability_of(asset.kind, asset.is_grid, files).uses
    Asset.objects.filter(pk=asset.pk).update(uses=asset.uses)


def _count(media: Iterable[MediaFile], kind: str) -> int:
    return sum(one.kind == kind for one in media)


def _found_text(images: int, videos: int, audio_files: int) -> str:
    counts = [
        (ngettext("%(count)d image", "%(count)d images", images), images),
        (ngettext("%(count)d video", "%(count)d videos", videos), videos),
        (ngettext("%(count)d audio file", "%(count)d audio files", audio_files), audio_files),
    ]
    listed = [text % {"count": count} for text, count in counts if count]
    if not listed:
        return _("there is none")
    return _("you chose %(files)s") % {"files": get_text_list(listed, _("and"))}
