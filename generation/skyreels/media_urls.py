"""Check the URLs that the provider downloads (skyreels-api.md sections 1 and 7).

URLs are checked, never rewritten: normalising a presigned URL breaks it.
"""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Strict
from pydantic_core import PydanticCustomError

from generation.skyreels.limits import AUDIO_FORMATS, IMAGE_FORMATS, VIDEO_FORMATS
from generation.skyreels.problems import RuleCode

# Names without a suffix, or with one that is not a media type, are accepted.
_OTHER_MEDIA = (
    "aac aiff avi avif flac flv heic m4a m4v mkv mpeg mpg ogg opus pdf psd svg tif tiff txt webm webp wmv zip"
)
_KNOWN_SUFFIXES = {*IMAGE_FORMATS, *AUDIO_FORMATS, *VIDEO_FORMATS, *_OTHER_MEDIA.split()}


def check_url(url: str) -> str:
    """Return the URL. Raise a validation error for inline data, and unless it is http(s) with a host and no spaces."""
    if url.startswith("data:"):
        raise PydanticCustomError(RuleCode.INLINE_DATA, "inline data")
    try:
        parts = urlsplit(url)
        fetchable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fetchable = False
    if not fetchable or re.search(r"[\s\x00-\x1f\x7f\ud800-\udfff]", url):
        shown = url.partition("?")[0][:80].encode(errors="replace").decode()
        raise PydanticCustomError(RuleCode.INVALID_URL, "invalid URL", {"value": shown})
    return url


def _check_format(url: str, formats: tuple[str, ...]) -> str:
    _, dot, suffix = urlsplit(check_url(url)).path.rpartition("/")[2].lower().rpartition(".")
    if dot and suffix in _KNOWN_SUFFIXES and suffix not in formats:
        context = {"suffix": suffix, "choices": formats}
        raise PydanticCustomError(RuleCode.UNSUPPORTED_FORMAT, "unsupported format", context)
    return url


def check_image_url(url: str) -> str:
    """Return a URL that may be an image; see `check_url`."""
    return _check_format(url, IMAGE_FORMATS)


def check_audio_url(url: str) -> str:
    """Return a URL that may be an audio file; see `check_url`."""
    return _check_format(url, AUDIO_FORMATS)


def check_video_url(url: str) -> str:
    """Return a URL that may be a video; see `check_url`."""
    return _check_format(url, VIDEO_FORMATS)


WebUrl = Annotated[str, Strict(), AfterValidator(check_url)]
ImageUrl = Annotated[str, Strict(), AfterValidator(check_image_url)]
AudioUrl = Annotated[str, Strict(), AfterValidator(check_audio_url)]
VideoUrl = Annotated[str, Strict(), AfterValidator(check_video_url)]
