"""A take's file with content credentials, or without them and with the reason: no render is lost over them."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from generation import provenance
from generation.models import Job
from generation.provenance.signing import TIMESTAMP_SECONDS
from library import decoding, probe, storage

log = logging.getLogger("backlot.jobs")
BYTES_A_SECOND = 5_000_000


@dataclass(frozen=True)
class Kept:
    """The file that becomes the take, where it is to lie, and what the job's story says of it."""

    path: Path
    key: str
    sha256: str
    told: provenance.Told


def seconds_for(size: int) -> float:
    """How long signing so many bytes may take."""
    return size / BYTES_A_SECOND + (TIMESTAMP_SECONDS if settings.C2PA_TIMESTAMP_URL else 0)


def signed(job: Job, video: Path, *, sha256: str, folder: Path, keep: Callable[[], None]) -> Kept:
    """The job's video with its credentials, written into the folder; the video itself when it cannot be signed."""
    target = folder / "signed.mp4"
    try:
        name = _sign(job, video, target, sha256, keep)
    except provenance.CannotSign as error:
        log.warning("job %s: its take has no content credentials: %s", job.pk, error, extra={"job": job.pk})
        reason = " ".join(str(error).split())
        return Kept(video, storage.take_key(job.uuid), sha256, provenance.Told(reason=reason))
    with target.open("rb") as content:
        ours = hashlib.file_digest(content, "sha256").hexdigest()
    told = provenance.Told(signed_by=name, original_sha256=sha256)
    return Kept(target, storage.signed_take_key(job.uuid, ours), ours, told)


def _sign(job: Job, video: Path, target: Path, sha256: str, keep: Callable[[], None]) -> str:
    """The name of who signed. Raises CannotSign."""
    try:
        certificate = provenance.present()
    except OSError as error:
        raise provenance.CannotSign(f"the certificate cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise provenance.CannotSign("the certificate is damaged") from error
    if certificate is None:
        raise provenance.CannotSign("no certificate is configured")
    said = provenance.claim(job, sha256=sha256, size=video.stat().st_size, signed_at=timezone.now())
    provenance.sign(video, target, said, by=certificate, timestamps=settings.C2PA_TIMESTAMP_URL)
    try:
        if decoding.digest(target, keep=keep) != decoding.digest(video, keep=keep):
            raise provenance.CannotSign("signing would have changed what is played")
    except probe.UnreadableMedia as error:
        raise provenance.CannotSign(f"the signed file does not open ({error})") from error
    return certificate.name
