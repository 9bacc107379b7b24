"""Sign a take's file with content credentials, or record why it is not signed: no render is lost over signing."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from generation import provenance
from generation.models import Job
from generation.models.job_codes import Event, EventCode, UnsignedCode
from generation.provenance.signing import TIMESTAMP_SECONDS, CannotSign
from library import decoding, probe, storage
from library.refusal_text import refusal_text

log = logging.getLogger("backlot.jobs")
SIGNED_BYTES_PER_S = 5_000_000


@dataclass(frozen=True)
class SignedFile:
    """The file that becomes the take and its object key; `fields` are those of the take that say who signed it."""

    path: Path
    key: str
    sha256: str
    fields: dict[str, str]
    event: Event


def seconds_for(size: int) -> float:
    """Return how long signing this number of bytes may take."""
    return size / SIGNED_BYTES_PER_S + (TIMESTAMP_SECONDS if settings.C2PA_TIMESTAMP_URL else 0)


def sign(job: Job, video: Path, *, sha256: str, folder: Path, keep: Callable[[], None]) -> SignedFile:
    """Return the job's video with credentials, written into the folder, or the video itself if it cannot be signed.

    `sha256` is that of the video; `keep` is called during slow work.
    """
    target = folder / "signed.mp4"
    try:
        name = _sign(job, video, target, sha256, keep)
    except CannotSign as error:
        log.warning("job %s: its take has no content credentials: %s", job.pk, error, extra={"job": job.pk})
        fields = {"unsigned_reason": error.code.value, "unsigned_detail": error.detail}
        event = Event(EventCode.STORED_UNSIGNED, {"reason": error.code.value, "detail": error.detail})
        return SignedFile(video, storage.take_key(job.uuid), sha256, fields, event)
    with target.open("rb") as content:
        signed_sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    fields = {"signed_by": name, "original_sha256": sha256}
    event = Event(EventCode.STORED_SIGNED, {"signed_by": name, "sha256": sha256})
    return SignedFile(target, storage.signed_take_key(job.uuid, signed_sha256), signed_sha256, fields, event)


def _sign(job: Job, video: Path, target: Path, sha256: str, keep: Callable[[], None]) -> str:
    """Return the name of the certificate. Raises CannotSign."""
    try:
        certificate = provenance.present()
    except OSError as error:
        raise CannotSign(UnsignedCode.CERTIFICATE_UNREADABLE, error.strerror or "") from error
    except ValueError as error:
        raise CannotSign(UnsignedCode.CERTIFICATE_DAMAGED) from error
    if certificate is None:
        raise CannotSign(UnsignedCode.NO_CERTIFICATE)
    claim = provenance.claim(job, sha256=sha256, size=video.stat().st_size, signed_at=timezone.now())
    provenance.sign(video, target, claim, by=certificate, timestamps=settings.C2PA_TIMESTAMP_URL)
    try:
        if decoding.digest(target, keep=keep) != decoding.digest(video, keep=keep):
            raise CannotSign(UnsignedCode.MEDIA_CHANGED)
    except probe.UnreadableMedia as error:
        with override("en"):
            raise CannotSign(UnsignedCode.RESULT_UNREADABLE, refusal_text(error)) from error
    return certificate.name
