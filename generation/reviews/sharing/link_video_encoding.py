"""Encode the copies that guests of a link see, one at a time across all workers, and delete obsolete ones.

A copy is claimed with a lease that expires if its worker dies; encoding it again overwrites the same objects.
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

LEASE_NAME = "link-films"
ROUND_SECONDS = 60.0  # after which a worker releases the slot, so that another can continue
LEASE = timedelta(seconds=60)
RENEW_EVERY = 10.0  # seconds
DELETE_BATCH = 500
RETRY_AFTER = (10, 60, 300, 900, 3600)  # seconds


class _Ended(Exception):
    """The copy is no longer needed, or another worker is making it."""


def make_due() -> None:
    """Make due copies for a limited time, then delete obsolete ones. Errors are logged and retried, never raised."""
    ends = time.monotonic() + ROUND_SECONDS
    while time.monotonic() < ends and (row := _claim()):
        _make(row)
    delete_obsolete()
    if LinkFilm.objects.due().exists() and not _is_worker_active():
        link_videos.enqueue_copies()


def enqueue_if_due() -> None:
    """Queue the task if there are copies to make or delete. It is safe to call this often."""
    if LinkFilm.objects.due().exists() or LinkFilm.objects.obsolete().exists():
        link_videos.enqueue_copies()


def delete_obsolete() -> None:
    """Delete the objects and rows of copies that were replaced, or whose link is revoked or has run out."""
    for row in LinkFilm.objects.obsolete().order_by("pk")[:DELETE_BATCH]:
        try:
            storage.delete(row.key)
            storage.delete(row.poster_key)
        except storage.StorageFailed as error:
            log.warning("a copy for guests could not be deleted, retrying later: %s", error)
            return
        row.delete()


def _claim() -> LinkFilm | None:
    """Lease the next copy; return None while any worker is making one."""
    Heartbeat.objects.get_or_create(name=LEASE_NAME)
    with transaction.atomic():
        # Lock this row, so that two claims cannot happen at the same time.
        Heartbeat.objects.select_for_update().get(name=LEASE_NAME)
        row = None if _is_worker_active() else LinkFilm.objects.due().first()
        if row is None:
            return None
        row.lease_token, row.leased_until = secrets.token_hex(16), timezone.now() + LEASE
        # Count the attempt first, so that a video that crashes its worker is given up eventually.
        row.tries, row.next_try_at = row.tries + 1, timezone.now() + LEASE
        row.save(update_fields=["lease_token", "leased_until", "tries", "next_try_at"])
    return LinkFilm.objects.select_related("link", "take").get(pk=row.pk)


def _is_worker_active() -> bool:
    return LinkFilm.objects.leased().exists()


def _make(row: LinkFilm) -> None:
    try:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            _copy(row, Path(folder), _lease_renewer(row))
        if not _needed(row).update(made_at=timezone.now(), lease_token="", leased_until=None):
            log.info("a finished copy for guests is no longer needed")
    except _Ended:
        log.info("a copy for guests is no longer needed")
    except (probe.UnreadableMedia, decoding.DecodersBusy, storage.StorageFailed, OSError) as error:
        _retry(row, error)
    finally:
        _leased(row).update(lease_token="", leased_until=None)


def _copy(row: LinkFilm, folder: Path, keep: Callable[[], None]) -> None:
    """Fetch the provider's file and the poster, write the copies, store them under the keys of the row."""
    take, source, poster = row.take, folder / "take.mp4", folder / "take.webp"
    storage.download(take.original_key or take.key, source)
    storage.download(take.poster_key, poster)
    copy, copied_poster = decoding.encode_link_video(source, poster, into=folder, mark=row.mark, keep=keep)
    seconds = copy.stat().st_size / 500_000
    if not _needed(row).update(leased_until=timezone.now() + LEASE + timedelta(seconds=seconds)):
        raise _Ended
    storage.upload(copied_poster, row.poster_key, "image/webp")
    storage.upload(copy, row.key, "video/mp4")


def _lease_renewer(row: LinkFilm) -> Callable[[], None]:
    """Return a function that renews the lease from time to time and raises _Ended when the lease is lost."""
    renewed = time.monotonic()

    def keep() -> None:
        nonlocal renewed
        if time.monotonic() - renewed > RENEW_EVERY:
            renewed = time.monotonic()
            if not _needed(row).filter(link__revoked_at=None).update(leased_until=timezone.now() + LEASE):
                raise _Ended

    return keep


def _needed(row: LinkFilm) -> LinkFilmQuerySet:
    """Return the row while it is needed and leased to this worker."""
    return _leased(row).current()


def _leased(row: LinkFilm) -> LinkFilmQuerySet:
    return LinkFilm.objects.filter(pk=row.pk, lease_token=row.lease_token)


def _retry(row: LinkFilm, error: Exception) -> None:
    wait = RETRY_AFTER[min(row.tries, len(RETRY_AFTER)) - 1]
    log.warning(
        "a copy of take %s for guests failed (attempt %s of %s): %s",
        row.take.uuid,
        row.tries,
        MAX_TRIES,
        error,
    )
    next_try = timezone.now() + timedelta(seconds=wait)
    _needed(row).update(next_try_at=next_try)
