"""Object storage (S3): keys, uploads and downloads, signed URLs.

All objects are private. django-storages transfers them; URLs are signed here, without requests to the storage.
`AWS_S3_ENDPOINT_URL` is the endpoint for this application, `AWS_S3_PUBLIC_ENDPOINT_URL` for browsers and the provider.
"""

import datetime
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import boto3
from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils.http import content_disposition_header
from storages.backends.s3 import S3Storage

from library.outage_log import log_outage
from library.signing import Signer

HOUR = 3600
GUEST_SECONDS = 20 * 60
PROVIDER_SECONDS = 24 * HOUR
SINGLE_PUT_BYTES = 1024**3

# Checksums only if S3 requires them: other servers do not support the trailers that boto3 adds by default.
CLIENT_CONFIG = Config(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 3},
    # The local S3 server is on this machine, where a proxy from the environment cannot reach it.
    proxies={} if settings.S3_IS_EMBEDDED else None,
)
# One request per object, read from disk in small chunks: a parallel multipart upload would need 80 MB of memory.
TRANSFER_CONFIG = TransferConfig(use_threads=False, multipart_threshold=SINGLE_PUT_BYTES)


log = logging.getLogger("backlot.storage")


class StorageFailed(Exception):
    """A request to the object storage failed. Retrying later is safe, since objects are written atomically.

    `retry_after` is the number of seconds that clients should wait.
    """

    retry_after = 10


class ObjectMissing(StorageFailed):
    """The storage responds, but has no such object: retrying does not help."""


class PrivateStorage(S3Storage):
    """django-storages with connections that are not shared by forks, and URLs that are stable for an hour."""

    def get_default_settings(self) -> dict[str, Any]:
        defaults: dict[str, Any] = super().get_default_settings()
        return defaults | {
            "client_config": CLIENT_CONFIG,
            "transfer_config": TRANSFER_CONFIG,
            "default_acl": None,
            "file_overwrite": True,
            "max_memory_size": 1024**2,
            # A key always has the same content, so browsers may cache it.
            "object_parameters": {"CacheControl": "private, max-age=86400, immutable"},
        }

    @property
    def connection(self) -> Any:
        """Return the boto3 resource of this process and thread: a forked worker must not use its parent's sockets."""
        if getattr(self, "_pid", None) != os.getpid():
            self._connections, self._pid = threading.local(), os.getpid()
        return super().connection

    @property
    def bucket(self) -> Any:
        return self.connection.Bucket(self.bucket_name)

    def url(
        self, name: str, parameters: Any = None, expire: int | None = None, http_method: Any = None
    ) -> str:
        return signed_url(name, seconds=expire or HOUR)


# Keys


def media_key(sha256: str, extension: str) -> str:
    """Return the key of a media file; the extension has no dot."""
    return f"media/{sha256[:2]}/{sha256}.{extension}"


def thumbnail_key(sha256: str) -> str:
    """Return the key of a media file's WebP thumbnail."""
    return f"thumbs/{sha256[:2]}/{sha256}.webp"


def take_key(job_uuid: UUID) -> str:
    """Return the key of the provider's video; it is fixed, so that storing it again overwrites the same content."""
    return f"takes/{job_uuid}.mp4"


def signed_take_key(job_uuid: UUID, sha256: str) -> str:
    """Return the key of the video with content credentials.

    Signing twice gives different files, so the key contains the hash: a late worker must not overwrite the take's file.
    """
    return f"takes/{job_uuid}-{sha256[:16]}.mp4"


def poster_key(job_uuid: UUID) -> str:
    """Return the key of the poster frame of a job's video."""
    return f"takes/{job_uuid}.webp"


def link_video_key(uuid: UUID) -> str:
    """Return the key of a video copy for the guests of a link; it does not reveal the take or the link."""
    return f"shared/{uuid.hex}.mp4"


def link_poster_key(uuid: UUID) -> str:
    """Return the key of that copy's poster."""
    return f"shared/{uuid.hex}.webp"


# Objects


@contextmanager
def _translated_errors(action: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError, S3UploadFailedError) as error:
        log_outage(log, "storage", error)
        is_missing = isinstance(error, ClientError) and error.response["Error"]["Code"] == "NoSuchKey"
        raise (ObjectMissing if is_missing else StorageFailed)(f"{action}: {error}") from error


def upload(path: Path, key: str, content_type: str) -> None:
    """Store the file under the key, in one request, with bounded memory, up to 1 GB. Raise StorageFailed."""
    with path.open("rb") as stream, _translated_errors(f"could not store {key}"):
        content = File(stream, name=key)
        content.content_type = content_type  # type: ignore[attr-defined]  # read by django-storages
        default_storage.save(key, content)


def download(key: str, path: Path) -> None:
    """Write the object to a file, with bounded memory. Raise StorageFailed, or ObjectMissing if it does not exist."""
    with path.open("wb") as target, _translated_errors(f"could not read {key}"):
        _bucket().Object(key).download_fileobj(target, Config=TRANSFER_CONFIG)


@contextmanager
def open_file(key: str) -> "Iterator[File[bytes]]":
    """Open the object for reading; more than a megabyte is buffered on disk. Raise StorageFailed."""
    with _translated_errors(f"could not read {key}"), default_storage.open(key) as stream:
        yield stream


@contextmanager
def open_stream(key: str) -> Iterator[StreamingBody]:
    """Stream the object from the storage, to be read once in chunks, without buffering on disk, however slow the reader
    is. Raise StorageFailed."""
    with _translated_errors(f"could not read {key}"), closing(_bucket().Object(key).get()["Body"]) as body:
        yield body


def exists(key: str) -> bool:
    """Return whether the object exists. Raise StorageFailed."""
    with _translated_errors(f"could not look up {key}"):
        return default_storage.exists(key)


def delete(key: str) -> None:
    """Delete the object, if it exists. Raise StorageFailed."""
    with _translated_errors(f"could not delete {key}"):
        default_storage.delete(key)


@dataclass(frozen=True)
class Stored:
    """An object in a listing of the bucket; `size` in bytes."""

    key: str
    size: int
    modified: datetime.datetime


def listing() -> Iterator[Stored]:
    """Yield all objects of the bucket, a thousand per request. Raise StorageFailed."""
    with _translated_errors("could not list the bucket"):
        for found in _bucket().objects.all():
            yield Stored(found.key, found.size, found.last_modified)


def check_bucket() -> None:
    """Check the bucket. Raise StorageFailed if it is missing, forbidden or unreachable."""
    with _translated_errors(f"bucket {settings.AWS_STORAGE_BUCKET_NAME}"):
        bucket = _bucket()
        bucket.meta.client.head_bucket(Bucket=bucket.name)


def ensure_bucket() -> None:
    """Create the bucket unless it exists. Raise StorageFailed."""
    with _translated_errors(f"could not create the bucket {settings.AWS_STORAGE_BUCKET_NAME}"):
        bucket = _bucket()
        try:
            bucket.meta.client.head_bucket(Bucket=bucket.name)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            bucket.create(**_bucket_location())


def _bucket() -> Any:
    return default_storage.bucket  # type: ignore[attr-defined]  # our own class has one


def _bucket_location() -> dict[str, Any]:
    region = settings.AWS_S3_REGION_NAME
    # S3 does not accept us-east-1 as a location constraint.
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}


# Signed URLs


def plain_url(key: str) -> str:
    """Return the URL of an object without a signature, for display only: it does not grant access."""
    return f"{settings.AWS_S3_PUBLIC_ENDPOINT_URL}/{settings.AWS_STORAGE_BUCKET_NAME}/{quote(key)}"


def signed_url(key: str, *, seconds: int = HOUR, download_name: str | None = None) -> str:
    """Return the URL of a private object, valid for `seconds` up to an hour more.

    With `download_name`, browsers save the file under that name instead of showing it.
    """
    # Signing with the start of the hour keeps URLs stable, so that browsers can cache images.
    start = datetime.datetime.now(datetime.UTC).replace(minute=0, second=0, microsecond=0)
    return _signed(key, at=start, seconds=seconds + HOUR, download_name=download_name)


def guest_url(key: str, *, download_name: str | None = None) -> str:
    """Return the URL for guests, valid for only 15 to 20 minutes, since share links can be revoked."""
    now = datetime.datetime.now(datetime.UTC)
    start = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    return _signed(key, at=start, seconds=GUEST_SECONDS, download_name=download_name)


def _signed(key: str, *, at: datetime.datetime, seconds: int, download_name: str | None) -> str:
    credentials = _credentials().get_frozen_credentials()
    signer = Signer(
        credentials.access_key or "",
        credentials.secret_key or "",
        settings.AWS_S3_REGION_NAME,
        credentials.token,
    )
    parameters = {}
    if download_name:
        parameters["response-content-disposition"] = content_disposition_header(True, download_name) or ""
    return signer.sign(plain_url(key), parameters, at=at, seconds=seconds)


def provider_url(key: str) -> str:
    """Return the URL for the provider, valid for a day, since it may fetch the object long after the submit."""
    return signed_url(key, seconds=PROVIDER_SECONDS)


def _credentials() -> Credentials:
    return _named_credentials(settings.AWS_ACCESS_KEY_ID, settings.AWS_SECRET_ACCESS_KEY)


@lru_cache(maxsize=4)
def _named_credentials(access_key: str, secret_key: str) -> Credentials:
    """Return the credentials from the settings, or else the machine's (such as an instance role), which renew
    automatically."""
    if access_key:
        return Credentials(access_key, secret_key)
    found = boto3.Session().get_credentials()
    if found is None:
        missing = StorageFailed("no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        log_outage(log, "storage", missing)
        raise missing
    return found
