"""Queue task entry points. They are idempotent: lost, repeated and late messages do no harm."""

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
SCHEMA_MAX_AGE_S = 60.0

log = logging.getLogger("backlot.worker")


def on_usable_schema(task: Callable[P, None]) -> Callable[P, None]:
    """Skip the task if this version cannot use the schema. Nothing is lost: the rows record what is due."""

    @wraps(task)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        status = schema.current_status(max_age=SCHEMA_MAX_AGE_S)
        if status.is_usable:
            task(*args, **kwargs)
        else:
            log.error("skipped the task %s; schema: %s", task.__name__, status.detail)

    return guarded


@on_usable_schema
def submit(job_id: int) -> None:
    """Submit the next job of the queue, or continue with this one if it is being submitted."""
    lifecycle.submit_next(job_id)


@on_usable_schema
def check_balance() -> None:
    """Resume paused submits if the provider's balance allows it."""
    lifecycle.check_balance()


@on_usable_schema
def send_webhooks(token: str = "") -> None:
    """Send the webhooks of finished jobs, under the lease with this token."""
    lifecycle.send_webhooks(token)


@on_usable_schema
def store(job_id: int) -> None:
    """Download and store a finished render."""
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
def send_notifications() -> None:
    """Every minute: notify of new takes and paused share links, encrypt old tokens, queue videos for guests, send
    due e-mails."""
    link_video_encoding.enqueue_if_due()
    notify.announce_takes()
    paused_links.notify_owners()
    link_tokens.reseal()
    email_delivery.send_due()


@on_usable_schema
def encode_link_videos() -> None:
    """Encode the videos that guests of share links see, and delete obsolete ones."""
    link_video_encoding.make_due()


@on_usable_schema
def send_emails() -> None:
    """Send due notification e-mails."""
    email_delivery.send_due()


# Names in the previous version, for messages and schedules of hosts that have not been upgraded yet.
# Remove them in the next version.
balance, call_back, mail = check_balance, send_webhooks, send_emails
make_link_films, tell = encode_link_videos, send_notifications
