"""The doors through which the queue comes in. A lost, doubled or late call does no harm."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.conf import settings

from generation import lifecycle, schema
from generation.reviews.notifications import email_delivery, notify
from generation.reviews.sharing import link_tokens, link_video_encoding, paused_links
from library import ingest, storage
from library.ingest import staging, temp_files

P = ParamSpec("P")
SCHEMA_GOOD_FOR = 60.0  # seconds

log = logging.getLogger("backlot.worker")


def on_usable_schema(step: Callable[P, None]) -> Callable[P, None]:
    """Run no step if this version cannot use the schema: nothing is lost, since the rows record what is due."""

    @wraps(step)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        status = schema.current_status(max_age=SCHEMA_GOOD_FOR)
        if status.is_usable:
            step(*args, **kwargs)
        else:
            log.error("%s is not run; schema: %s", step.__name__, status.detail)

    return guarded


@on_usable_schema
def submit(job_id: int) -> None:
    """Take the job whose turn it is to the provider."""
    lifecycle.submit_next(job_id)


@on_usable_schema
def balance() -> None:
    """See whether a pause may end."""
    lifecycle.ask_balance()


@on_usable_schema
def call_back(token: str = "") -> None:
    """Send the webhooks of tasks that have ended, under the lease with this token."""
    lifecycle.call_back(token)


@on_usable_schema
def store(job_id: int) -> None:
    """Bring a rendered video home."""
    lifecycle.store_job(job_id)


@on_usable_schema
def sweep() -> None:
    """Poll all active jobs for about a minute; once an hour, first clean up this machine's temporary files."""
    temp_files.remove_abandoned(settings.FILE_UPLOAD_TEMP_DIR)
    lifecycle.sweep()


@on_usable_schema
def clean_up() -> None:
    """Hourly: delete files that no asset uses, and objects of interrupted uploads.

    Skipped while the storage is unavailable: the worker would wait for each of some hundred objects.
    """
    try:
        storage.check_bucket()
    except storage.StorageFailed as error:
        log.warning("skipping the clean-up until the next hour: %s", error)
        return
    files, size = ingest.purge_media()
    objects = staging.remove_abandoned()
    if files or objects:
        log.info(
            "deleted %s files that no asset uses (%s bytes), and %s interrupted uploads", files, size, objects
        )


@on_usable_schema
def tell() -> None:
    """Every minute: notify of new takes and of paused share links, seal old tokens, queue copies for guests, then send
    what is due."""
    link_video_encoding.wake_if_due()
    notify.announce_takes()
    paused_links.notify_owners()
    link_tokens.seal_anew()
    email_delivery.send_due()


@on_usable_schema
def make_link_films() -> None:
    """Make the copies that guests of share links see, and delete obsolete ones."""
    link_video_encoding.make_due()


@on_usable_schema
def mail() -> None:
    """Send what is due: somebody was told something just now."""
    email_delivery.send_due()
