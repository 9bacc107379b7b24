"""Fetch a provider's result: in pieces, going on where a connection broke, and only from where results may come from.

A result's address is somebody else's word, and this process stands inside the house: only HTTPS to public addresses
is followed, or to a provider that was configured inside the house (`outside.py`).
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
LINK_IS_DEAD = {401, 403, 404, 410}
MAX_RESUMES = 5
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)$")


class LinkDead(Exception):
    """The provider's host no longer gives the file out."""


def fetch(url: str, path: Path, keep: Callable[[], None]) -> str:
    """Bring a result to disk; its SHA-256. `keep` is called after each piece and may end it by raising.

    A connection that breaks is taken up again behind the last byte where the server can do that. Raises LinkDead,
    outside.NotPublic, httpx.HTTPError, and UnreadableMedia for more than a video may have, before the disk is full.
    """
    download = _Download()
    with ssrf.client(url, timeout=TIMEOUT) as http, path.open("wb") as file:
        for left in range(MAX_RESUMES, -1, -1):
            before = download.size
            try:
                download.go_on(http, url, file, keep)
                break
            except httpx.TransportError:
                if not left or download.size == before or not download.can_resume:
                    raise
    return download.digest.hexdigest()


class _Download:
    """How far one file has come, and by what its server knows it."""

    def __init__(self) -> None:
        self._start_over()

    def _start_over(self) -> None:
        self.digest = hashlib.sha256()
        self.size = 0
        self.total: int | None = None
        self.mark = ""
        self.can_resume = False

    def go_on(self, http: httpx.Client, url: str, file: IO[bytes], keep: Callable[[], None]) -> None:
        """Everything that is missing. Raises httpx.TransportError when the connection breaks before the end."""
        with http.stream("GET", url, headers=self._headers()) as answer:
            if answer.status_code in LINK_IS_DEAD:
                raise LinkDead
            answer.raise_for_status()
            if not self._continues(answer):
                if answer.status_code == httpx.codes.PARTIAL_CONTENT:
                    raise httpx.RemoteProtocolError("another part came than was asked for")
                self._start_over()
                file.seek(0)
                file.truncate()
            self._note(answer)
            for piece in answer.iter_raw():
                _check_size(self.size + len(piece))
                self.digest.update(piece)
                file.write(piece)
                self.size += len(piece)
                keep()
        if self.total is not None and self.size != self.total:
            raise httpx.RemoteProtocolError(f"{self.size} of {self.total} bytes came")

    def _headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        if self.size:
            headers["Range"] = f"bytes={self.size}-"
            if self.mark:
                headers["If-Range"] = self.mark
        return headers

    def _continues(self, answer: httpx.Response) -> bool:
        """Whether the answer begins behind our last byte, and is of the same file as far as one can tell."""
        found = _CONTENT_RANGE.match(answer.headers.get("Content-Range", ""))
        if answer.status_code != httpx.codes.PARTIAL_CONTENT or found is None:
            return False
        is_same_file = not self.mark or answer.headers.get("ETag", self.mark) == self.mark
        return is_same_file and int(found[1]) == self.size and int(found[2]) == self.total

    def _note(self, answer: httpx.Response) -> None:
        if self.total is not None:
            return
        length = answer.headers.get("Content-Length", "")
        self.total = int(length) if length.isdecimal() else None
        _check_size(self.total or 0)
        etag = answer.headers.get("ETag", "")
        self.mark = etag if etag.startswith('"') else ""
        self.can_resume = self.total is not None and answer.headers.get("Accept-Ranges", "") == "bytes"


def _check_size(size: int) -> None:
    if size > MAX_VIDEO_BYTES:
        raise UnreadableMedia(Refusal.VIDEO_TOO_LARGE, "video.mp4", size=size, limit=MAX_VIDEO_BYTES)
