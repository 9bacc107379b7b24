"""Fetching what an order refers to, over HTTP by its URL as the real provider would."""

import time
from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx
from PIL import Image, ImageOps, UnidentifiedImageError

from generation.public_http import NotPublic
from generation.sandbox.allowed_hosts import Reach

PICTURE_BYTES = 10 * 1024 * 1024
VIDEO_BYTES = 300_000_000
SOUND_BYTES = 50_000_000
PATIENCE = 90.0
"""Seconds for one file, however slowly it drips."""
_FORMATS = ("JPEG", "PNG", "GIF", "BMP")
_TIMEOUT = httpx.Timeout(15.0, connect=5.0)


class FetchFailed(Exception):
    """A source cannot be had or read; the message names the field and never holds a URL's query."""


class Sources:
    """Downloads of one order into a folder, with limits on size and time, from where `reach` allows."""

    def __init__(self, folder: Path, reach: Reach) -> None:
        self._folder, self._reach = folder, reach

    @cached_property
    def _http(self) -> httpx.Client:
        return self._reach.client(timeout=_TIMEOUT, max_redirects=5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *trouble: object) -> None:
        if "_http" in vars(self):
            self._http.close()

    def picture(self, field: str, url: str) -> Image.Image:
        """A decoded picture, upright, RGB or RGBA."""
        path = self.file(field, url, PICTURE_BYTES)
        try:
            with Image.open(path, formats=_FORMATS) as opened:
                upright = ImageOps.exif_transpose(opened)
                return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        except (
            UnidentifiedImageError,
            OSError,
            SyntaxError,
            ValueError,
            Image.DecompressionBombError,
        ):
            raise FetchFailed(
                f"{field}: the file at {_bare(url)} is no readable jpg, png, gif or bmp"
            ) from None

    def file(self, field: str, url: str, most: int) -> Path:
        """Stream a file of at most `most` bytes to disk."""
        path = self._folder / field
        try:
            with self._http.stream("GET", url) as answer:
                if answer.status_code != 200:
                    raise FetchFailed(f"{field}: HTTP {answer.status_code} for {_bare(url)}")
                self._write(answer, path, field, most)
        except NotPublic as refusal:
            raise FetchFailed(f"{field}: {_bare(url)} is not fetched: {refusal}") from None
        except (httpx.RequestError, httpx.InvalidURL) as trouble:
            raise FetchFailed(f"{field}: {_bare(url)} cannot be reached ({type(trouble).__name__})") from None
        return path

    @staticmethod
    def _write(answer: httpx.Response, path: Path, field: str, most: int) -> None:
        size, deadline = 0, time.monotonic() + PATIENCE
        with path.open("wb") as file:
            for chunk in answer.iter_bytes(65536):
                size += len(chunk)
                if size > most:
                    raise FetchFailed(f"{field}: the file is larger than {most // 1_000_000} MB")
                if time.monotonic() > deadline:
                    raise FetchFailed(f"{field}: the file took longer than {PATIENCE:.0f} seconds")
                file.write(chunk)
        if size == 0:
            raise FetchFailed(f"{field}: the file is empty")


def _bare(url: str) -> str:
    """The URL without user, query and fragment, where signatures lie."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
