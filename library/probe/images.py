"""Read images with Pillow. Each image is decoded once, and everything that ingest needs is taken from that."""

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

from library.probe.facts import EXTENSIONS, MAX_PIXELS, Facts, check_pixels, check_size
from library.probe.image_components import MAX_FRAMES, check_components, too_many_frames
from library.probe.refusals import Refusal, UnreadableMedia

MAX_ANIMATION_PIXELS = 200_000_000
THUMBNAIL_SIZE = (480, 480)
GPS_DIRECTORY = 0x8825
ORIENTATION = 0x0112
SIDEWAYS = {5, 6, 7, 8}

# Pillow's own limit also covers what the header does not declare: GIF frames that are larger than the canvas.
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
class DecodedImage:
    """The result of decoding an image: a copy of at most 480 pixels a side, not rotated; the EXIF orientation (1 to 8);
    whether it has location metadata, and whether further images follow it in the file."""

    thumbnail: Image.Image
    orientation: int
    has_location: bool
    has_more_images: bool


def probe_image(path: Path, name: str, size: int, mime: str) -> tuple[Facts, DecodedImage]:
    """Decode every frame of an image. Raise UnreadableMedia."""
    check_size(name, size, "image")
    check_components(name, mime, path.read_bytes())
    try:
        with _OPENERS[mime](path) as image:
            width, height = image.size
            check_pixels(name, width, height)
            decoded = _decode(image, name)
    except UnreadableMedia:
        raise
    except _BOMB as error:
        raise UnreadableMedia(Refusal.FRAMES_TOO_LARGE, name, limit=MAX_PIXELS) from error
    except _DAMAGE as error:
        raise UnreadableMedia(Refusal.DAMAGED, name) from error
    if decoded.orientation in SIDEWAYS:
        width, height = height, width
    return Facts("image", mime, size, width, height, codec=EXTENSIONS[mime]), decoded


def thumbnail_of(image: Image.Image) -> Image.Image:
    """Return a copy of at most 480 pixels a side in RGB, RGBA or greyscale.

    The image itself is decoded completely, if at a reduced scale, and may be scaled down as well.
    """
    if image.mode not in {"RGB", "RGBA", "L", "CMYK"}:
        copy = image.convert(_display_mode(image))
        copy.thumbnail(THUMBNAIL_SIZE)
    else:
        image.thumbnail(THUMBNAIL_SIZE)  # decodes a JPEG at a reduced scale
        image.load()
        copy = image.convert("RGB") if image.mode == "CMYK" else image.copy()
    copy.info = {}
    return copy


def _display_mode(image: Image.Image) -> str:
    if image.mode.startswith(("I", "F")):
        return "L"
    return "RGBA" if image.has_transparency_data else "RGB"


def _decode(image: ImageFile.ImageFile, name: str) -> DecodedImage:
    frames = _frame_count(image, name)
    if frames == 1:
        thumbnail = thumbnail_of(image)
    else:
        image.load()
        thumbnail = thumbnail_of(image.copy())
    orientation, has_location = image.getexif().get(ORIENTATION, 1), _has_location(image)
    for frame in range(1, frames):
        image.seek(frame)
        image.load()
    return DecodedImage(thumbnail, orientation, has_location, has_more_images="mp" in image.info)


def _frame_count(image: ImageFile.ImageFile, name: str) -> int:
    frames = int(getattr(image, "n_frames", 1))
    width, height = image.size
    if frames > MAX_FRAMES:
        raise too_many_frames(name)
    if frames * width * height > MAX_ANIMATION_PIXELS and frames > 1:
        raise UnreadableMedia(
            Refusal.ANIMATION_TOO_LARGE,
            name,
            frames=frames,
            width=width,
            height=height,
            limit=MAX_ANIMATION_PIXELS,
        )
    return frames


def _has_location(image: Image.Image) -> bool:
    texts = (str(value) for key, value in image.info.items() if key != "icc_profile")
    return bool(image.getexif().get_ifd(GPS_DIRECTORY)) or any("GPSL" in text for text in texts)
