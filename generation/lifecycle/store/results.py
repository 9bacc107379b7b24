"""Store: download the rendered video, check that it opens, upload it to S3, and only then create the take.

Memory is bounded whatever the size, because the video goes through a file on disk. The object keys are fixed for each
job, so storing twice overwrites the same objects. Storing is retried apart from rendering, which is already paid for;
a job whose video cannot be stored is held for a user, never failed.
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
    MAX_LAPSED_LEASES,
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
from generation.lifecycle.store.download import LinkDead, download_file
from generation.lifecycle.store.ssrf import NotPublic
from generation.lifecycle.transitions import hold, succeed
from generation.models import Job
from generation.models.job_codes import Event, EventCode, Hold, HoldCode, StoreCode, StoreProblem
from generation.skyreels import errors
from library import decoding, probe, storage

Status = Job.Status
LEASE_SECONDS = 20.0
RENEW_EVERY_S = 5.0
MAX_TRIES = 8
# More than half an hour: a full bucket or disk is noticed and repaired within that time.
MAX_LOCAL_TRIES = 25
BUDGET_RECHECK_S = 2.0
# The slowest upload that a lease allows for.
UPLOAD_BYTES_PER_S = 500_000


def store_job(job_id: int) -> None:
    """Download and store the video of a rendered job. Errors are recorded on the job and retried; none is raised."""
    lease = claim(job_id, Status.STORING, seconds=LEASE_SECONDS)
    if lease is None:
        return
    job = Job.objects.get(pk=job_id)
    try:
        if job.lapsed_leases >= MAX_LAPSED_LEASES:
            hold(lease, Hold(HoldCode.CRASHED_STORING, {"workers": MAX_LAPSED_LEASES}))
        else:
            _store(lease, job)
    except LeaseLost:
        log.info("job %s: another worker continued with it", job_id, extra={"job": job_id})


def _store(lease: Lease, job: Job) -> None:
    try:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            facts, event = _download_and_store(lease, job, Path(folder))
        succeed(lease, facts, event)
    except LinkDead:
        _request_new_link(lease, job, StoreProblem(StoreCode.LINK_DEAD))
    except NotPublic as refusal:
        _request_new_link(lease, job, StoreProblem(StoreCode.LINK_REFUSED, str(refusal)))
    except probe.UnreadableMedia as error:
        _retry(lease, job, StoreProblem(StoreCode.UNREADABLE, file=error.to_json()))
    except httpx.HTTPError as error:
        _request_new_link(lease, job, StoreProblem(StoreCode.DOWNLOAD_FAILED, type(error).__name__))
    except decoding.DecodersBusy:
        _retry(lease, job, StoreProblem(StoreCode.MACHINE_BUSY), limit=MAX_LOCAL_TRIES)
    except storage.StorageFailed:
        _retry(lease, job, StoreProblem(StoreCode.STORAGE_FAILED), limit=MAX_LOCAL_TRIES)
    except OSError as error:
        _retry(lease, job, StoreProblem(StoreCode.DISK_FAILED, error.strerror or ""), limit=MAX_LOCAL_TRIES)


def _download_and_store(lease: Lease, job: Job, folder: Path) -> tuple[dict[str, Any], Event]:
    """Download, probe, draw the poster, sign and upload. Return the fields of the take, and the event to record."""
    video, poster = folder / "video.mp4", folder / "poster.webp"
    keep_lease = _lease_renewer(lease)
    sha256 = download_file(job.result_url, video, keep_lease)
    renew(lease, seconds=LEASE_SECONDS)
    film = decoding.inspect_render(video, poster, keep=keep_lease)
    facts = film.facts
    key, poster_key = storage.take_key(job.uuid), storage.poster_key(job.uuid)
    _upload(lease, video, key, "video/mp4")
    _upload(lease, poster, poster_key, "image/webp")
    # Signing is a single call: the lease has to last for all of it.
    renew(lease, seconds=LEASE_SECONDS + credentials.seconds_for(facts.size))
    signed = credentials.sign(job, video, sha256=sha256, folder=folder, keep=keep_lease)
    if signed.path != video:
        _upload(lease, signed.path, signed.key, "video/mp4")
    return {
        "key": signed.key,
        "original_key": key if signed.key != key else "",
        "poster_key": poster_key,
        "sha256": signed.sha256,
        "size": signed.path.stat().st_size,
        "width": facts.width,
        "height": facts.height,
        "seconds": facts.seconds,
        "fps": facts.fps or 0.0,
        "frames": film.frames,
        "times": film.times,
        "codec": facts.codec,
        "has_audio": facts.has_audio,
        **signed.fields,
    }, signed.event


def _upload(lease: Lease, path: Path, key: str, mime: str) -> None:
    """Upload a file under a lease that lasts for all of the one call."""
    renew(lease, seconds=LEASE_SECONDS + path.stat().st_size / UPLOAD_BYTES_PER_S)
    storage.upload(path, key, mime)


def _lease_renewer(lease: Lease) -> Callable[[], None]:
    """Return a function to call often during slow work: it renews the lease now and then, and raises LeaseLost."""
    renewed = time.monotonic()

    def keep_lease() -> None:
        nonlocal renewed
        if time.monotonic() - renewed > RENEW_EVERY_S:
            renew(lease, seconds=LEASE_SECONDS)
            renewed = time.monotonic()

    return keep_lease


def _retry(lease: Lease, job: Job, *problems: StoreProblem, limit: int = MAX_TRIES, **fields: str) -> None:
    """Try again later, up to `limit` times; then hold the job, because the render has been paid for."""
    data: dict[str, Any] = {"problems": [problem.data for problem in problems]}
    if job.attempts + 1 >= limit:
        hold(lease, Hold(HoldCode.STORE_FAILED, data | {"tries": limit}))
        return
    delay = backoff.retry_delay(job.attempts)
    event = Event(EventCode.STORE_RETRY, data | {"delay": round(delay)})
    transition(
        lease, Status.STORING, event, after=delay, attempts=job.attempts + 1, lapsed_leases=0, **fields
    )


def _request_new_link(lease: Lease, job: Job, problem: StoreProblem) -> None:
    """Query the task for its present link, which may have replaced the one that failed."""
    if not gateway.is_of_present(job.provider, job.base_url):
        _retry(lease, job, problem, StoreProblem(StoreCode.OTHER_PROVIDER))
    elif not rate_limit.acquire(1):
        release(lease, after=BUDGET_RECHECK_S)
    else:
        _query_link(lease, job, problem)


def _query_link(lease: Lease, job: Job, problem: StoreProblem) -> None:
    try:
        with gateway.client() as client:
            url = client.task(job.task_id).video_url
    except errors.SkyReelsError as error:
        _retry(lease, job, problem, StoreProblem(StoreCode.NO_NEW_LINK, error.message))
        return
    if not url or url == job.result_url:
        _retry(lease, job, problem)
    elif job.attempts:
        # A provider that makes a new link at each query must not be queried without a pause.
        _retry(lease, job, problem, result_url=url)
    else:
        event = Event(EventCode.NEW_LINK, {"problems": [problem.data]})
        transition(lease, Status.STORING, event, after=0, attempts=1, lapsed_leases=0, result_url=url)
        wake("store", job.pk)
