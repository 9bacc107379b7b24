"""Save takes to the library: the whole video, or the frame at a second. The asset keeps a reference to its take.

Downloading, decoding and storing happen outside the transaction. The take's row is locked while the asset is created,
so that concurrent requests for the same frame create one asset.
"""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Min
from django.utils.translation import gettext as _

from generation.models import Promotion, Take
from library import decoding, handles, ingest, probe, storage, usability
from library.models import Asset, MediaFile, Rights
from library.models.assets import AssetQuerySet
from library.refusal_text import refusal_text


class CannotPromote(Exception):
    """Nothing was created. The message is for the user; `field` is the field to change, if any."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class NoRoom(CannotPromote):
    """The storage quota of the user or the project is exhausted."""


def promote(
    take: Take,
    *,
    by: User,
    handle: str,
    title: str = "",
    tags: Iterable[str] = (),
    at: float | None = None,
    is_shared: bool = False,
) -> Asset:
    """Create an asset of the take's project: the video, or with `at` (seconds) the frame at that time.

    Return the existing asset if the same video or frame already has this handle. The rights end with those of the
    assets that the take uses. Raise CannotPromote, and `ingest.HandleTaken` when another asset has the handle.
    """
    if not handles.is_handle(handle):
        raise CannotPromote(handles.RULE, "handle")
    media, second = _media_of(take, at, by)
    with transaction.atomic():
        _lock(take)
        if existing := _existing(take, media).visible_to(by).named(handle).first():
            return existing
        return _create_asset(
            take, media, second, by=by, handle=handle, title=title, tags=tags, is_shared=is_shared
        )


def reference_to(take: Take, *, by: User, at: float | None = None) -> Asset:
    """Return the asset that represents the video or frame in prompts, created with a generated handle if necessary.

    A new asset is restricted to the project. Raise CannotPromote, also for a video too long to be a reference.
    """
    if at is None and take.seconds > usability.MAX_VIDEO_SECONDS:
        message = _(
            "%(take)s is %(seconds)s s long; only videos of up to %(limit)s s can be extended. "
            "Start from its last frame instead."
        )
        values = {"seconds": f"{take.seconds:.1f}", "limit": f"{usability.MAX_VIDEO_SECONDS:g}"}
        raise CannotPromote(message % {"take": take, **values})
    media, second = _media_of(take, at, by)
    with transaction.atomic():
        _lock(take)
        if existing := _existing(take, media).visible_to(by).order_by("pk").first():
            return existing
        try:
            return _create_asset(take, media, second, by=by, handle=suggest_handle(take, second))
        except ingest.HandleTaken as error:
            message = _("%(error)s Another request has just created it; try again.")
            raise CannotPromote(message % {"error": error}) from error


def reference_at(take: Take, *, by: User, second: float | None = None) -> Asset | None:
    """Return the asset that `reference_to` created for the video, or for the frame that starts at that second."""
    # An asset whose files have changed since no longer represents the take; `_existing` agrees.
    assets = (
        Asset.objects.visible_to(by)
        .active()
        .filter(
            promotion__take=take,
            versions__number=1,
            versions__files__media=F("current_version__files__media"),
        )
    )
    if second is None:
        return assets.filter(promotion__second=None).order_by("pk").first()
    return assets.filter(promotion__second__range=(second - 0.001, second + 0.001)).order_by("pk").first()


def suggest_handle(take: Take, second: float | None = None) -> str:
    """Return a free handle such as `clip_take_3_020` or `frame_2_50s_take_3_020`. What distinguishes takes comes first,
    since handles are cut at 32 characters."""
    what = "clip" if second is None else f"frame {second:.2f}s"
    place = take.shot.code if take.shot else take.project.slug
    named = ingest.free_suggestion(f"{what} take {take.number} {place}")
    return named or ingest.free_suggestion(f"{what} {take.uuid.hex[:12]}") or f"take_{take.uuid.hex[:24]}"


def title_of(take: Take, second: float | None = None) -> str:
    """Return `Take 3 of 020`, and for a frame `Take 3 of 020 at 2.50 s`."""
    whole = _("%(take)s of %(shot)s") % {"take": take, "shot": take.shot.code} if take.shot else str(take)
    if second is None:
        return whole
    return _("%(take)s at %(second)s s") % {"take": whole, "second": f"{second:.2f}"}


def _media_of(take: Take, at: float | None, by: User) -> tuple[MediaFile, float | None]:
    """Return the stored video or frame, and the second at which the frame starts."""
    if at is not None and not 0 <= at <= take.end + 0.05:
        message = _("%(take)s is %(seconds)s s long. Choose a second from 0 to %(seconds)s.")
        raise CannotPromote(message % {"take": take, "seconds": f"{take.end:.2f}"}, "at")
    known = MediaFile.objects.filter(sha256=take.sha256).first()
    if at is None and known:
        return known, None
    try:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            return _download_and_store(take, at, Path(folder), by)
    except storage.ObjectMissing as error:
        raise CannotPromote(
            _("The video of this take is not in the storage. No asset was created.")
        ) from error
    except ingest.OverQuota as error:
        raise NoRoom(str(error)) from error
    except probe.UnreadableMedia as error:
        raise CannotPromote(
            _("The take cannot be used: %(reason)s") % {"reason": refusal_text(error)}
        ) from error


def _download_and_store(
    take: Take, at: float | None, folder: Path, by: User
) -> tuple[MediaFile, float | None]:
    video, still = folder / "take.mp4", folder / "frame.png"
    storage.download(take.key, video)
    if at is None:
        return ingest.add_media(video, name=title_of(take), by=by, project=take.project), None
    second = decoding.frame(video, at, still)
    return ingest.add_media(still, name=title_of(take, second), by=by, project=take.project), round(second, 3)


def _lock(take: Take) -> None:
    Take.objects.select_for_update().get(pk=take.pk)


def _existing(take: Take, media: MediaFile) -> AssetQuerySet:
    """Return the assets that were created from this take and still consist of these bytes."""
    return Asset.objects.active().filter(promotion__take=take, current_version__files__media=media)


def _create_asset(
    take: Take,
    media: MediaFile,
    second: float | None,
    *,
    by: User,
    handle: str,
    title: str = "",
    tags: Iterable[str] = (),
    is_shared: bool = False,
) -> Asset:
    ends = take.job.references.aggregate(ends=Min("asset__rights_end_on"))["ends"]
    try:
        asset = ingest.create_asset(
            by=by,
            handle=handle,
            kind=Asset.Kind.VIDEO if second is None else Asset.Kind.IMAGE,
            media=[media],
            title=title or title_of(take, second),
            tags=tags,
            project=take.project,
            is_shared=is_shared,
            # Without the project's name: users of a shared asset need not know about the production.
            rights=Rights(source=title_of(take, second), rights_end_on=ends),
        )
    except ingest.OverQuota as error:
        raise NoRoom(str(error)) from error
    except ingest.WrongFiles as error:  # it was deleted concurrently, since nothing used it
        raise CannotPromote(str(error)) from error
    Promotion.objects.create(take=take, asset=asset, second=second, by=by)
    return asset
