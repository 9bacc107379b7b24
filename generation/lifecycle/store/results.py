"""Store: fetch the rendered video, make sure that it opens, keep it in S3, and only then call it a take.

Memory stays bounded whatever the size: the video goes through a file on disk. The keys are fixed for each job, so
doing it twice overwrites the same objects. Retried apart from the rendering, which is paid for already; what cannot be
brought home is held for a person, never failed.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

from generation import gateway
from generation.lifecycle.leases import (
    MAX_TAKEOVERS,
    Lease,
    LeaseLost,
    claim,
    log,
    release,
    renew,
    transition,
    wake,
)
from generation.lifecycle.queue import backoff, rate_limit
from generation.lifecycle.store import credentials
from generation.lifecycle.store.download import LinkDead, fetch
from generation.lifecycle.store.ssrf import NotPublic
from generation.lifecycle.transitions import hold, succeed
from generation.models import Job
from generation.skyreels import errors
from library import decoding, probe, storage
from library.refusal_text import refusal_text

Status = Job.Status
LEASE_SECONDS = 20.0
RENEW_EVERY = 5.0
MAX_TRIES = 8
OWN_TRIES = (
    25  # more than half an hour: a bucket or a disk that is full is mended within that, or people know
)
BUDGET_LOOK_AGAIN = 2.0


def store_job(job_id: int) -> None:
    """Bring a rendered job's video home. Errors are written on the job and tried again; none is raised."""
    lease = claim(job_id, Status.STORING, seconds=LEASE_SECONDS)
    if lease is None:
        return
    job = Job.objects.get(pk=job_id)
    try:
        if job.lapsed_leases >= MAX_TAKEOVERS:
            hold(
                lease, f"{MAX_TAKEOVERS} workers stopped while storing this video. It may be what stops them."
            )
        else:
            _store(lease, job)
    except LeaseLost:
        log.info("job %s: another worker went on with it", job_id, extra={"job": job_id})


def _store(lease: Lease, job: Job) -> None:
    try:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            facts, told = _bring_home(lease, job, Path(folder))
        succeed(lease, facts, told=told)
    except LinkDead:
        _ask_for_another_link(lease, job, "The link to the video is dead.")
    except NotPublic as refusal:
        message = f"The link to the video is not followed: {refusal}."
        _ask_for_another_link(lease, job, message)
    except probe.UnreadableMedia as error:
        _again(lease, job, f"The provider's file cannot be opened: {refusal_text(error)}")
    except httpx.HTTPError as error:
        message = f"The video could not be fetched ({type(error).__name__})."
        _ask_for_another_link(lease, job, message)
    except decoding.DecodersBusy:
        _again(lease, job, "Too many files are being processed on this machine.", most=OWN_TRIES)
    except storage.StorageFailed:
        _again(lease, job, "The object storage did not take the video.", most=OWN_TRIES)
    except OSError as error:
        _again(lease, job, f"The disk did not take the video ({error.strerror}).", most=OWN_TRIES)


def _bring_home(lease: Lease, job: Job, folder: Path) -> tuple[dict[str, Any], str]:
    """Fetch, probe, draw the poster, sign, upload; the facts that the take is made of, and a line for the story."""
    video, poster = folder / "video.mp4", folder / "poster.webp"
    keep = _keeper(lease)
    sha256 = fetch(job.result_url, video, keep)
    renew(lease, seconds=LEASE_SECONDS)
    film = decoding.inspect_render(video, poster, keep=keep)
    facts = film.facts
    key, poster_key = storage.take_key(job.uuid), storage.poster_key(job.uuid)
    _upload(lease, video, key, "video/mp4")
    _upload(lease, poster, poster_key, "image/webp")
    # Signing is one call as well.
    renew(lease, seconds=LEASE_SECONDS + credentials.seconds_for(facts.size))
    kept = credentials.signed(job, video, sha256=sha256, folder=folder, keep=keep)
    if kept.path != video:
        _upload(lease, kept.path, kept.key, "video/mp4")
    return {
        "key": kept.key,
        "original_key": key if kept.key != key else "",
        "poster_key": poster_key,
        "sha256": kept.sha256,
        "size": kept.path.stat().st_size,
        "width": facts.width,
        "height": facts.height,
        "seconds": facts.seconds,
        "fps": facts.fps or 0.0,
        "frames": film.frames,
        "times": film.times,
        "codec": facts.codec,
        "has_audio": facts.has_audio,
    }, str(kept.told)


def _upload(lease: Lease, path: Path, key: str, mime: str) -> None:
    """An upload is one call: the lease has to last for all of it, at half a megabyte a second."""
    renew(lease, seconds=LEASE_SECONDS + path.stat().st_size / 500_000)
    storage.upload(path, key, mime)


def _keeper(lease: Lease) -> Callable[[], None]:
    """Renews the lease now and then while slow work goes on; raises LeaseLost when it is another's."""
    renewed = time.monotonic()

    def keep() -> None:
        nonlocal renewed
        if time.monotonic() - renewed > RENEW_EVERY:
            renew(lease, seconds=LEASE_SECONDS)
            renewed = time.monotonic()

    return keep


def _again(lease: Lease, job: Job, message: str, *, most: int = MAX_TRIES, **fields: str) -> None:
    """Try later. After too many tries a person looks at it: the render is paid for, and never given up from here."""
    if job.attempts + 1 >= most:
        hold(lease, f"{message} {most} tries did not help.")
        return
    delay = backoff.retry_delay(job.attempts)
    text = f"{message} The render is paid and kept by the provider; trying again in {delay:.0f} s."
    transition(lease, Status.STORING, text, after=delay, attempts=job.attempts + 1, lapsed_leases=0, **fields)


def _ask_for_another_link(lease: Lease, job: Job, message: str) -> None:
    """A link that does not work may have been replaced: the task is asked for the present one."""
    if not gateway.is_of_present(job.provider, job.base_url):
        _again(lease, job, f"{message} Its provider is not the one that is configured now.")
    elif not rate_limit.acquire(1):
        release(lease, after=BUDGET_LOOK_AGAIN)
    else:
        _take_link(lease, job, message)


def _take_link(lease: Lease, job: Job, message: str) -> None:
    try:
        with gateway.client() as client:
            url = client.task(job.task_id).video_url
    except errors.SkyReelsError as error:
        _again(lease, job, f"{message} Asking for a new link failed: {error.message}")
        return
    if not url or url == job.result_url:
        _again(lease, job, message)
    elif job.attempts:
        # A provider that makes a new link at each question must not be asked without a pause.
        _again(lease, job, message, result_url=url)
    else:
        text = f"{message} The provider gave a new link."
        transition(lease, Status.STORING, text, after=0, attempts=1, lapsed_leases=0, result_url=url)
        wake("store", job.pk)
