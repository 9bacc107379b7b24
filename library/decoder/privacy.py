"""Remove location metadata and apply the EXIF orientation before a file is stored.

Files that need no change are kept byte for byte. If only the location has to be removed, metadata is cut out without
re-encoding the image; an image with an orientation is re-encoded.
"""

import mmap
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from PIL import Image

from library.probe import Facts
from library.probe.identify import DecodedImage, open_container

# The transformation for each EXIF orientation; 1 and invalid values need none.
TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
QUALITY = 95
FORMATS = ("JPEG", "PNG", "WEBP")
PNG_SIGNATURE_BYTES = 8
# The segments with location metadata: EXIF and XMP, IPTC.
JPEG_METADATA = {0xE1, 0xED}
JPEG_SCAN = b"\xff\xda"
PNG_METADATA = {b"eXIf", b"iTXt", b"zTXt", b"tEXt"}
# The boxes with location metadata: dedicated ones, as text (QuickTime) or numbers (3GPP); general metadata; XMP.
CONTAINER_BOXES = {b"moov", b"trak", b"udta"}
LOCATION_BOXES = {b"\xa9xyz", b"loci"}
METADATA_BOXES = {b"meta"}
XMP_BOXES = {b"XMP_", b"uuid"}
GPS = b"GPSL"
MIN_LOCATION_LENGTH = 4
MAX_BOXES = 200_000


def cleaned(path: Path, facts: Facts, image: DecodedImage | None) -> Path:
    """Return the path of the file to store: the same path if nothing had to change, or a new file beside it.

    WebP, which the provider does not accept, is converted to PNG if it has transparency, otherwise to JPEG.
    """
    if facts.kind == "video":
        _blank_location(path)
    if image is None or facts.mime not in {"image/jpeg", "image/png", "image/webp"}:
        return path
    transposition = TRANSPOSITIONS.get(image.orientation)
    has_hidden_location = image.has_location and image.has_more_images
    if facts.mime == "image/webp" or transposition is not None or has_hidden_location:
        return _encode(path, facts.mime, transposition)
    return _without_metadata(path, facts.mime) if image.has_location else path


def _without_metadata(path: Path, mime: str) -> Path:
    cut = _jpeg_without_metadata if mime == "image/jpeg" else _png_without_metadata
    target = path.with_name("cleaned")
    target.write_bytes(cut(path.read_bytes()))
    return target


def _encode(path: Path, mime: str, transposition: Image.Transpose | None) -> Path:
    """Re-encode the image upright, without metadata except its colour profile."""
    target = path.with_name("cleaned")
    with Image.open(path, formats=FORMATS) as image:
        image.load()
        profile = image.info.get("icc_profile")
        upright: Image.Image = image if transposition is None else image.transpose(transposition)
        is_transparent = mime == "image/webp" and upright.has_transparency_data
        if mime == "image/png" or is_transparent:
            _drop_info(upright).save(target, "PNG", icc_profile=profile)
        else:
            flat = upright if upright.mode in {"RGB", "L", "CMYK"} else upright.convert("RGB")
            _drop_info(flat).save(target, "JPEG", quality=QUALITY, subsampling=0, icc_profile=profile)
    return target


def _drop_info(image: Image.Image) -> Image.Image:
    image.info = {key: value for key, value in image.info.items() if key in {"transparency", "gamma"}}
    return image


def _jpeg_without_metadata(data: bytes) -> bytes:
    """Remove the EXIF, XMP and IPTC segments; the compressed image data is unchanged."""
    kept, position = [data[:2]], 2
    while position + 4 <= len(data) and data[position : position + 2] != JPEG_SCAN:
        marker = data[position + 1]
        if data[position] != 0xFF or marker in {0, 0xFF}:  # readers skip padding between segments
            position += 1
            continue
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4])
        if marker not in JPEG_METADATA:
            kept.append(data[position:end])
        position = end
    return b"".join(kept) + data[position:]


def _png_without_metadata(data: bytes) -> bytes:
    """Remove the EXIF and text chunks; all others are unchanged."""
    kept, position = [data[:PNG_SIGNATURE_BYTES]], PNG_SIGNATURE_BYTES
    while position < len(data):
        end = position + 12 + int.from_bytes(data[position : position + 4])
        if data[position + 4 : position + 8] not in PNG_METADATA:
            kept.append(data[position:end])
        position = end
    return b"".join(kept)


def _blank_location(path: Path) -> None:
    """Overwrite the location of an MP4 or MOV in place, without changing any offset.

    Location boxes, and XMP with a location, become free space; in other metadata, the text is replaced by spaces.
    """
    with open_container(path, "mov") as container:
        named = {text for key, text in container.metadata.items() if "location" in key.lower()}
    # Texts of two or three characters also occur in binary tables, which would be damaged.
    locations = [text.encode(errors="surrogateescape") for text in named if len(text) >= MIN_LOCATION_LENGTH]
    with path.open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as content:
        for start, body, end in islice(_boxes(content, 0, len(content)), MAX_BOXES):
            kind = content[start + 4 : start + 8]
            if kind in METADATA_BOXES:
                _blank_texts(content, locations, body, end)
            elif kind in LOCATION_BOXES or (kind in XMP_BOXES and content.find(GPS, body, end) >= 0):
                content[start + 4 : start + 8] = b"free"
                content[body:end] = bytes(end - body)


def _boxes(content: mmap.mmap, start: int, end: int, *, depth: int = 0) -> Iterator[tuple[int, int, int]]:
    """Yield the start, the start of the body, and the end of each box between two positions, including the boxes inside
    containers of metadata."""
    while start + 16 <= end:  # a box with a location is longer
        length, body = int.from_bytes(content[start : start + 4]), start + 8
        if length == 1:
            length, body = int.from_bytes(content[start + 8 : start + 16]), start + 16
        close = min(start + length, end) if length >= body - start else end
        yield start, body, close
        if content[start + 4 : start + 8] in CONTAINER_BOXES and depth < len(CONTAINER_BOXES):
            yield from _boxes(content, body, close, depth=depth + 1)
        start = close


def _blank_texts(content: mmap.mmap, texts: list[bytes], start: int, end: int) -> None:
    for text in texts:
        position = content.find(text, start, end)
        while position >= 0:
            content[position : position + len(text)] = b" " * len(text)
            position = content.find(text, position + len(text), end)
