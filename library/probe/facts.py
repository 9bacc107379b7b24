"""What is found in a file, the limits, and the sentence that refuses it."""

import re
from dataclasses import dataclass

MAX_PICTURE_BYTES = 10_000_000
MAX_PIXELS = 40_000_000
MAX_VIDEO_BYTES = 500_000_000
MAX_AUDIO_BYTES = 100_000_000
# A header may claim one sample a second: few bytes would then be days of sound to walk through.
MAX_SECONDS = 3600
SHOWN_NAME_LENGTH = 60
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


class UnreadableMedia(ValueError):
    """The file cannot be used. The message is a sentence for people that names the file, says why and what to do."""


@dataclass(frozen=True)
class Facts:
    """What was found: size in bytes, pixels as shown (after rotation), seconds, frames for each second."""

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
        """The usual ending of such a file, without the dot."""
        return EXTENSIONS[self.mime]


def shown_name(name: str) -> str:
    """A file's name fit for a sentence: no folders, nothing unprintable, at most 60 characters."""
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(letter for letter in last if letter.isprintable()).strip() or "The file"
    half = SHOWN_NAME_LENGTH // 2
    return clean if len(clean) <= SHOWN_NAME_LENGTH else f"{clean[:half]}…{clean[1 - half :]}"


def damaged(name: str) -> UnreadableMedia:
    """The refusal of a file whose content does not hold what its beginning promises."""
    return UnreadableMedia(
        f"{name} is damaged or cut off: it cannot be read to its end. Save or download it again."
    )


def check_size(name: str, size: int, limit: int, what: str) -> None:
    """Raises UnreadableMedia for a file with more bytes than the limit."""
    if size > limit:
        much, most = f"{size / 1e6:.1f} MB", f"{limit / 1e6:.0f} MB"
        raise UnreadableMedia(f"{name} has {much}; {what} may have at most {most}. Save a smaller one.")


def check_pixels(name: str, width: int, height: int) -> None:
    """Raises UnreadableMedia for more pixels than are ever decoded."""
    if width * height > MAX_PIXELS:
        much, limit = f"{width * height / 1e6:.0f} MP", f"{MAX_PIXELS / 1e6:.0f} MP"
        raise UnreadableMedia(
            f"{name} is {width}×{height} pixels ({much}); at most {limit} can be used. Save it smaller."
        )
