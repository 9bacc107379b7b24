"""Download a provider's result in chunks, resuming where a connection broke.

The URL of a result comes from outside, and this process runs inside the installation's network: only HTTPS URLs of
public hosts are followed, or those of a provider that was configured inside the network (`ssrf`).
"""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import IO

import httpx

from generation.lifecycle.store import ssrf
from library.probe import MAX_VIDEO_BYTES, Refusal, UnreadableMedia

TIMEOUT = httpx.Timeout(12.0, connect=5.0)
DEAD_LINK_STATUSES = {401, 403, 404, 410}
MAX_RESUMES = 5
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)$")


class LinkDead(Exception):
    """The provider's host no longer serves the file."""


def download_file(url: str, path: Path, keep: Callable[[], None]) -> str:
    """Write a result to the path and return its SHA-256. `keep` is called after each chunk and may raise to abort.

    A connection that breaks is resumed after the last byte if the server supports it. Raises LinkDead, NotPublic,
    httpx.HTTPError, and UnreadableMedia for a file over the size limit, before the disk is full.
    """
    transfer = _Transfer()
    with ssrf.client(url, timeout=TIMEOUT) as http, path.open("wb") as file:
        for resumes_left in range(MAX_RESUMES, -1, -1):
            before = transfer.size
            try:
                transfer.fetch_rest(http, url, file, keep)
                break
            except httpx.TransportError:
                if not resumes_left or transfer.size == before or not transfer.can_resume:
                    raise
    return transfer.digest.hexdigest()


class _Transfer:
    """The progress of one download, and how its server identifies the file."""

    def __init__(self) -> None:
        self._start_over()

    def _start_over(self) -> None:
        self.digest = hashlib.sha256()
        self.size = 0
        self.total: int | None = None
        self.etag = ""
        self.can_resume = False

    def fetch_rest(self, http: httpx.Client, url: str, file: IO[bytes], keep: Callable[[], None]) -> None:
        """Append everything that is missing. Raises httpx.TransportError if the connection breaks before the end."""
        with http.stream("GET", url, headers=self._headers()) as response:
            if response.status_code in DEAD_LINK_STATUSES:
                raise LinkDead
            response.raise_for_status()
            if not self._continues(response):
                if response.status_code == httpx.codes.PARTIAL_CONTENT:
                    raise httpx.RemoteProtocolError("the response has another range than requested")
                self._start_over()
                file.seek(0)
                file.truncate()
            self._read_headers(response)
            for chunk in response.iter_raw():
                _check_size(self.size + len(chunk))
                self.digest.update(chunk)
                file.write(chunk)
                self.size += len(chunk)
                keep()
        if self.total is not None and self.size != self.total:
            raise httpx.RemoteProtocolError(f"{self.size} of {self.total} bytes received")

    def _headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        if self.size:
            headers["Range"] = f"bytes={self.size}-"
            if self.etag:
                headers["If-Range"] = self.etag
        return headers

    def _continues(self, response: httpx.Response) -> bool:
        """Return whether the response begins after our last byte and is of the same file, judging by its headers."""
        found = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
        if response.status_code != httpx.codes.PARTIAL_CONTENT or found is None:
            return False
        is_same_file = not self.etag or response.headers.get("ETag", self.etag) == self.etag
        return is_same_file and int(found[1]) == self.size and int(found[2]) == self.total

    def _read_headers(self, response: httpx.Response) -> None:
        if self.total is not None:
            return
        length = response.headers.get("Content-Length", "")
        self.total = int(length) if length.isdecimal() else None
        _check_size(self.total or 0)
        etag = response.headers.get("ETag", "")
        self.etag = etag if etag.startswith('"') else ""
        self.can_resume = self.total is not None and response.headers.get("Accept-Ranges", "") == "bytes"


def _check_size(size: int) -> None:
    if size > MAX_VIDEO_BYTES:
        raise UnreadableMedia(Refusal.VIDEO_TOO_LARGE, "video.mp4", size=size, limit=MAX_VIDEO_BYTES)
