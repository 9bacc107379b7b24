"""The facts of a media file, and the limits that apply before anything is decoded."""

import re
from dataclasses import dataclass

from library.probe.refusals import Refusal, UnreadableMedia

MAX_IMAGE_BYTES = 10_000_000
MAX_PIXELS = 40_000_000
MAX_VIDEO_BYTES = 500_000_000
MAX_AUDIO_BYTES = 100_000_000
# A header may declare one sample per second, so that a few bytes take days to walk through.
MAX_SECONDS = 3600
DISPLAY_NAME_LENGTH = 60
UNNAMED = "unnamed"
HEAD_BYTES = 4096

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
}
_SIZE_LIMITS = {
    "image": (MAX_IMAGE_BYTES, Refusal.IMAGE_TOO_LARGE),
    "video": (MAX_VIDEO_BYTES, Refusal.VIDEO_TOO_LARGE),
    "audio": (MAX_AUDIO_BYTES, Refusal.AUDIO_TOO_LARGE),
}


@dataclass(frozen=True)
class Facts:
    """The size in bytes, the pixels as displayed (after rotation), the length in seconds, the frames per second."""

    kind: str
    mime: str
    size: int
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    fps: float | None = None
    codec: str = ""
    has_audio: bool = False

    @property
    def extension(self) -> str:
        """Return the usual extension of such a file, without the dot."""
        return EXTENSIONS[self.mime]


def display_name(name: str) -> str:
    """Return a file's name for messages: without folders and unprintable characters, at most 60 characters."""
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(char for char in last if char.isprintable()).strip() or UNNAMED
    half = DISPLAY_NAME_LENGTH // 2
    return clean if len(clean) <= DISPLAY_NAME_LENGTH else f"{clean[:half]}…{clean[1 - half :]}"


def check_size(name: str, size: int, kind: str) -> None:
    """Raise UnreadableMedia if a file of this kind has too many bytes."""
    limit, code = _SIZE_LIMITS[kind]
    if size > limit:
        raise UnreadableMedia(code, name, size=size, limit=limit)


def check_pixels(name: str, width: int, height: int) -> None:
    """Raise UnreadableMedia for more pixels than are ever decoded."""
    if width * height > MAX_PIXELS:
        raise UnreadableMedia(Refusal.TOO_MANY_PIXELS, name, width=width, height=height, limit=MAX_PIXELS)
