"""Takes become assets of the library: the whole clip, or the frame that is shown at a second. What came from where
is kept.

Slow work (fetching, decoding, storing) stands outside the transaction. The take's row is locked while the asset is
made, so that the same frame asked for twice at once becomes one asset.
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
    """Nothing was made. The message is a sentence for people; `field` is what to change, where that helps."""

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
    """An asset of the take's project: the clip, or with `at` (seconds) the frame that is shown then.

    The same thing asked for again under the same handle is the asset that was made before. Its rights end with those
    of what the take was made with. Raises CannotPromote, and `ingest.HandleTaken` when another asset has the handle.
    """
    if not handles.is_handle(handle):
        raise CannotPromote(handles.RULE, "handle")
    media, second = _media_of(take, at, by)
    with transaction.atomic():
        _lock(take)
        if made := _made_before(take, media).visible_to(by).named(handle).first():
            return made
        return _created(
            take, media, second, by=by, handle=handle, title=title, tags=tags, is_shared=is_shared
        )


def reference_to(take: Take, *, by: User, at: float | None = None) -> Asset:
    """The asset that stands for the clip or its frame in a prompt: the one that is there, or one made now under a
    handle of its own, kept to the project. Raises CannotPromote, also for a clip too long to be a reference."""
    if at is None and take.seconds > usability.MAX_VIDEO_SECONDS:
        raise CannotPromote(
            f"{take} lasts {take.seconds:.1f} s; a clip that goes on may have {usability.MAX_VIDEO_SECONDS:g} s. "
            "Go on from its last frame instead."
        )
    media, second = _media_of(take, at, by)
    with transaction.atomic():
        _lock(take)
        if made := _made_before(take, media).visible_to(by).order_by("pk").first():
            return made
        try:
            return _created(take, media, second, by=by, handle=suggest_handle(take, second))
        except ingest.HandleTaken as error:
            raise CannotPromote(f"{error} at this very moment. Press the button again.") from error


def reference_at(take: Take, *, by: User, second: float | None = None) -> Asset | None:
    """What `reference_to` has made of the clip, or of the frame that begins at that second; nothing is made here."""
    # One that has other files by now than at first stands for it no more, as `_made_before` sees it.
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
    """A free handle such as `clip_take_3_020` or `frame_2_50s_take_3_020`: what tells takes apart comes first, since
    handles are cut at 32 characters."""
    what = "clip" if second is None else f"frame {second:.2f}s"
    place = take.shot.code if take.shot else take.project.slug
    named = ingest.free_suggestion(f"{what} take {take.number} {place}")
    return named or ingest.free_suggestion(f"{what} {take.uuid.hex[:12]}") or f"take_{take.uuid.hex[:24]}"


def title_of(take: Take, second: float | None = None) -> str:
    """`Take 3 of 020`, and for a frame `Take 3 of 020 at 2.50 s`."""
    whole = f"{take} of {take.shot.code}" if take.shot else f"{take}"
    return whole if second is None else f"{whole} at {second:.2f} s"


def _media_of(take: Take, at: float | None, by: User) -> tuple[MediaFile, float | None]:
    """The stored clip or frame, and the second at which the frame begins."""
    if at is not None and not 0 <= at <= take.end + 0.05:
        raise CannotPromote(f"{take} lasts {take.end:.2f} s: choose a second from 0 to that.", "at")
    known = MediaFile.objects.filter(sha256=take.sha256).first()
    if at is None and known:
        return known, None
    try:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            return _fetched(take, at, Path(folder), by)
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


def _fetched(take: Take, at: float | None, folder: Path, by: User) -> tuple[MediaFile, float | None]:
    film, still = folder / "take.mp4", folder / "frame.png"
    storage.download(take.key, film)
    if at is None:
        return ingest.add_media(film, name=title_of(take), by=by, project=take.project), None
    second = decoding.frame(film, at, still)
    return ingest.add_media(still, name=title_of(take, second), by=by, project=take.project), round(second, 3)


def _lock(take: Take) -> None:
    Take.objects.select_for_update().get(pk=take.pk)


def _made_before(take: Take, media: MediaFile) -> AssetQuerySet:
    """The assets that were made of this take and consist of these bytes still."""
    return Asset.objects.active().filter(promotion__take=take, current_version__files__media=media)


def _created(
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
