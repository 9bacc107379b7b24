"""Make the copies that guests of a link see, one at a time across all workers, and delete obsolete ones.

A copy is claimed by a lease that expires if its worker dies; making it again overwrites the same objects.
"""

import logging
import secrets
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from generation.models import Heartbeat, LinkFilm
from generation.models.link_films import MAX_TRIES, LinkFilmQuerySet
from generation.reviews.sharing import link_videos
from library import decoding, probe, storage

log = logging.getLogger("backlot.link_films")

NAME = "link-films"
ROUND_SECONDS = 60.0  # after which a worker releases the slot, so that another can continue
LEASE = timedelta(seconds=60)
RENEW_EVERY = 10.0  # seconds
DELETED_AT_ONCE = 500
RETRY_AFTER = (10, 60, 300, 900, 3600)  # seconds


class _Ended(Exception):
    """The copy is no longer needed, or another worker is making it."""


def make_due() -> None:
    """Make due copies for a limited time, then delete obsolete ones. Errors are logged and retried, never raised."""
    ends = time.monotonic() + ROUND_SECONDS
    while time.monotonic() < ends and (film := _claim()):
        _make(film)
    delete_obsolete()
    if LinkFilm.objects.due().exists() and not _is_somebody_at_work():
        link_videos.wake()


def wake_if_due() -> None:
    """Wake a worker if there are copies to make or delete. It is safe to call this often."""
    if LinkFilm.objects.due().exists() or LinkFilm.objects.obsolete().exists():
        link_videos.wake()


def delete_obsolete() -> None:
    """Delete the objects and rows of copies that were replaced, or whose link is revoked or has run out."""
    for film in LinkFilm.objects.obsolete().order_by("pk")[:DELETED_AT_ONCE]:
        try:
            storage.delete(film.key)
            storage.delete(film.poster_key)
        except storage.StorageFailed as error:
            log.warning("a copy for guests could not be deleted, trying again later: %s", error)
            return
        film.delete()


def _claim() -> LinkFilm | None:
    """Lease the next copy; return None while any worker is making one."""
    Heartbeat.objects.get_or_create(name=NAME)
    with transaction.atomic():
        # Lock this row, so that two claims cannot happen at the same time.
        Heartbeat.objects.select_for_update().get(name=NAME)
        film = None if _is_somebody_at_work() else LinkFilm.objects.due().first()
        if film is None:
            return None
        film.lease_token, film.leased_until = secrets.token_hex(16), timezone.now() + LEASE
        # Count the attempt first, so that a video that crashes its worker is given up eventually.
        film.tries, film.next_try_at = film.tries + 1, timezone.now() + LEASE
        film.save(update_fields=["lease_token", "leased_until", "tries", "next_try_at"])
    return LinkFilm.objects.select_related("link", "take").get(pk=film.pk)


def _is_somebody_at_work() -> bool:
    return LinkFilm.objects.leased().exists()


def _make(film: LinkFilm) -> None:
    try:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            _copy(film, Path(folder), _keeper(film))
        if not _mine(film).update(made_at=timezone.now(), lease_token="", leased_until=None):
            log.info("a copy for guests was not wanted any more when it was made")
    except _Ended:
        log.info("a copy for guests is not wanted any more")
    except (probe.UnreadableMedia, decoding.DecodersBusy, storage.StorageFailed, OSError) as error:
        _retry(film, error)
    finally:
        _leased(film).update(lease_token="", leased_until=None)


def _copy(film: LinkFilm, folder: Path, keep: Callable[[], None]) -> None:
    """Fetch the provider's file and the poster, write the copies, store them under the keys of the row."""
    take, source, poster = film.take, folder / "take.mp4", folder / "take.webp"
    storage.download(take.original_key or take.key, source)
    storage.download(take.poster_key, poster)
    copy, copied_poster = decoding.link_film(source, poster, into=folder, mark=film.mark, keep=keep)
    seconds = copy.stat().st_size / 500_000
    if not _mine(film).update(leased_until=timezone.now() + LEASE + timedelta(seconds=seconds)):
        raise _Ended
    storage.upload(copied_poster, film.poster_key, "image/webp")
    storage.upload(copy, film.key, "video/mp4")


def _keeper(film: LinkFilm) -> Callable[[], None]:
    """Return a function that renews the lease from time to time and raises _Ended when the lease is lost."""
    renewed = time.monotonic()

    def keep() -> None:
        nonlocal renewed
        if time.monotonic() - renewed > RENEW_EVERY:
            renewed = time.monotonic()
            if not _mine(film).filter(link__revoked_at=None).update(leased_until=timezone.now() + LEASE):
                raise _Ended

    return keep


def _mine(film: LinkFilm) -> LinkFilmQuerySet:
    """Return the row while it is needed and leased to this worker."""
    return _leased(film).current()


def _leased(film: LinkFilm) -> LinkFilmQuerySet:
    return LinkFilm.objects.filter(pk=film.pk, lease_token=film.lease_token)


def _retry(film: LinkFilm, error: Exception) -> None:
    wait = RETRY_AFTER[min(film.tries, len(RETRY_AFTER)) - 1]
    log.warning(
        "a copy of take %s for guests could not be made (try %s of %s): %s",
        film.take.uuid,
        film.tries,
        MAX_TRIES,
        error,
    )
    next_try = timezone.now() + timedelta(seconds=wait)
    _mine(film).update(next_try_at=next_try)
