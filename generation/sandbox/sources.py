"""Fetch the files of a request over HTTP, as the real provider does."""

import time
from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx
from PIL import Image, ImageOps, UnidentifiedImageError

from generation.public_http import NotPublic
from generation.sandbox.allowed_hosts import AllowedHosts

MAX_IMAGE_BYTES = 10 * 1024 * 1024
MAX_VIDEO_BYTES = 300_000_000
MAX_AUDIO_BYTES = 50_000_000
MAX_FETCH_SECONDS = 90.0
"""Seconds for one file, however slowly it arrives."""
_FORMATS = ("JPEG", "PNG", "GIF", "BMP")
_TIMEOUT = httpx.Timeout(15.0, connect=5.0)


class FetchFailed(Exception):
    """A file cannot be fetched or read. The message names the field and never contains the query of a URL."""


class Sources:
    """Downloads of one request into a folder, with limits on size, time and hosts."""

    def __init__(self, folder: Path, allowed_hosts: AllowedHosts) -> None:
        self._folder, self._allowed_hosts = folder, allowed_hosts

    @cached_property
    def _http(self) -> httpx.Client:
        return self._allowed_hosts.client(timeout=_TIMEOUT, max_redirects=5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if "_http" in vars(self):
            self._http.close()

    def image(self, field: str, url: str) -> Image.Image:
        """Return a decoded image, upright, as RGB or RGBA."""
        path = self.file(field, url, MAX_IMAGE_BYTES)
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
                f"{field}: the file at {_bare(url)} is not a readable jpg, png, gif or bmp"
            ) from None

    def file(self, field: str, url: str, most: int) -> Path:
        """Stream a file of at most `most` bytes to disk."""
        path = self._folder / field
        try:
            with self._http.stream("GET", url) as response:
                if response.status_code != 200:
                    raise FetchFailed(f"{field}: HTTP {response.status_code} for {_bare(url)}")
                self._write(response, path, field, most)
        except NotPublic as error:
            raise FetchFailed(f"{field}: {_bare(url)} is not fetched: {error}") from None
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise FetchFailed(f"{field}: {_bare(url)} cannot be reached ({type(error).__name__})") from None
        return path

    @staticmethod
    def _write(response: httpx.Response, path: Path, field: str, most: int) -> None:
        size, deadline = 0, time.monotonic() + MAX_FETCH_SECONDS
        with path.open("wb") as file:
            for chunk in response.iter_bytes(65536):
                size += len(chunk)
                if size > most:
                    raise FetchFailed(f"{field}: the file is larger than {most // 1_000_000} MB")
                if time.monotonic() > deadline:
                    raise FetchFailed(f"{field}: the file took longer than {MAX_FETCH_SECONDS:.0f} seconds")
                file.write(chunk)
        if size == 0:
            raise FetchFailed(f"{field}: the file is empty")


def _bare(url: str) -> str:
    """Return the URL without user, query and fragment, which may contain secrets."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
