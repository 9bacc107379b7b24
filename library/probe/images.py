"""Pictures, read by Pillow: each is decoded once, whole, and what ingest wants of it is kept from that."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from library.probe.facts import (
    EXTENSIONS,
    MAX_PICTURE_BYTES,
    MAX_PIXELS,
    Facts,
    UnreadableMedia,
    check_pixels,
    check_size,
    damaged,
)
from library.probe.image_components import MAX_FRAMES, check_parts, too_many_frames

MAX_ANIMATION_PIXELS = 200_000_000
THUMBNAIL = (480, 480)
GPS_DIRECTORY = 0x8825
ORIENTATION = 0x0112
ON_ITS_SIDE = {5, 6, 7, 8}

# Pillow's own guard sees what the header does not tell: frames of a GIF that are larger than its screen.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
_DAMAGE = (OSError, EOFError, SyntaxError, ValueError, TypeError, LookupError, struct.error, zlib.error)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_OPENERS: dict[str, Callable[[Path], ImageFile.ImageFile]] = {
    "image/jpeg": JpegImageFile,
    "image/png": PngImageFile,
    "image/gif": GifImageFile,
    "image/bmp": BmpImageFile,
    "image/webp": WebPImageFile,
}


@dataclass(frozen=True)
class Seen:
    """What decoding a picture told: itself at most 480 pixels a side, as it lies in the file; the camera's word on how
    it lies (EXIF, 1 to 8); whether it tells where it was taken, and whether it holds further pictures behind it."""

    small: Image.Image
    orientation: int
    has_place: bool
    holds_more: bool


def see(path: Path, name: str, size: int, mime: str) -> tuple[Facts, Seen]:
    """Decodes every frame of a picture. Raises UnreadableMedia."""
    check_size(name, size, MAX_PICTURE_BYTES, "a picture")
    check_parts(name, mime, path.read_bytes())
    try:
        with _OPENERS[mime](path) as picture:
            width, height = picture.size
            check_pixels(name, width, height)
            seen = _seen(picture, name)
    except UnreadableMedia:
        raise
    except _BOMB as error:
        much = f"{MAX_PIXELS / 1e6:.0f} MP"
        raise UnreadableMedia(f"{name} holds frames larger than {much}. Save it smaller.") from error
    except _DAMAGE as error:
        raise damaged(name) from error
    if seen.orientation in ON_ITS_SIDE:
        width, height = height, width
    return Facts("image", mime, size, width, height, codec=EXTENSIONS[mime]), seen


def small_of(picture: Image.Image) -> Image.Image:
    """A copy of at most 480 pixels a side in RGB, RGBA or grey. It decodes the picture itself whole, if at a scale, and
    leaves it small, or as large as it was."""
    if picture.mode not in {"RGB", "RGBA", "L", "CMYK"}:
        shown = picture.convert(_shown_mode(picture))
        shown.thumbnail(THUMBNAIL)
    else:
        picture.thumbnail(THUMBNAIL)  # of a JPEG, this decodes no more than it needs
        picture.load()
        shown = picture.convert("RGB") if picture.mode == "CMYK" else picture.copy()
    shown.info = {}
    return shown


def _shown_mode(picture: Image.Image) -> str:
    if picture.mode.startswith(("I", "F")):
        return "L"
    return "RGBA" if picture.has_transparency_data else "RGB"


def _seen(picture: ImageFile.ImageFile, name: str) -> Seen:
    frames = _frames(picture, name)
    if frames == 1:
        small = small_of(picture)
    else:
        picture.load()
        small = small_of(picture.copy())
    orientation, has_place = picture.getexif().get(ORIENTATION, 1), _has_place(picture)
    for frame in range(1, frames):
        picture.seek(frame)
        picture.load()
    return Seen(small, orientation, has_place, holds_more="mp" in picture.info)


def _frames(picture: ImageFile.ImageFile, name: str) -> int:
    frames = int(getattr(picture, "n_frames", 1))
    width, height = picture.size
    if frames > MAX_FRAMES:
        raise too_many_frames(name)
    if frames * width * height > MAX_ANIMATION_PIXELS and frames > 1:
        much = f"{frames} frames of {width}×{height} pixels"
        limit = f"{MAX_ANIMATION_PIXELS / 1e6:.0f} MP"
        raise UnreadableMedia(
            f"{name} has {much}; an animation may have at most {limit} in all. Save it smaller, or as MP4."
        )
    return frames


def _has_place(picture: Image.Image) -> bool:
    texts = (str(value) for key, value in picture.info.items() if key != "icc_profile")
    return bool(picture.getexif().get_ifd(GPS_DIRECTORY)) or any("GPSL" in text for text in texts)
