"""What is changed before a file is kept: pictures are turned upright, where they were taken is removed.

Bytes that need no change stay as they are. Where only the place has to go, metadata is cut out and the picture
itself is not touched; a picture that lies on its side is encoded anew.
"""

import mmap
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from PIL import Image

from library.probe import Facts
from library.probe.identify import Seen, open_recording

# What makes a picture upright, by its EXIF orientation; 1, and whatever else a damaged header says, is upright.
TURNS = {
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
# Where cameras and editors write it: EXIF and XMP, IPTC.
JPEG_METADATA = {0xE1, 0xED}
JPEG_SCAN = b"\xff\xda"
PNG_METADATA = {b"eXIf", b"iTXt", b"zTXt", b"tEXt"}
# Where films have it: in a box of its own, as text (QuickTime) or in numbers (3GPP); among other metadata; in XMP.
BOXES_OF_BOXES = {b"moov", b"trak", b"udta"}
BOXES_OF_PLACES = {b"\xa9xyz", b"loci"}
BOXES_OF_TEXT = {b"meta"}
BOXES_OF_XMP = {b"XMP_", b"uuid"}
GPS = b"GPSL"
SHORTEST_PLACE = 4
MAX_BOXES = 200_000


def cleaned(path: Path, facts: Facts, seen: Seen | None) -> Path:
    """The file as it may be kept: the same path if nothing had to change, or a new file beside it.

    WebP, which the provider does not take, becomes PNG where it has transparency, and JPEG otherwise.
    """
    if facts.kind == "video":
        _blank_location(path)
    if seen is None or facts.mime not in {"image/jpeg", "image/png", "image/webp"}:
        return path
    turn = TURNS.get(seen.orientation)
    if facts.mime == "image/webp" or turn is not None or (seen.has_place and seen.holds_more):
        return _encoded(path, facts.mime, turn)
    return _without_place(path, facts.mime) if seen.has_place else path


def _without_place(path: Path, mime: str) -> Path:
    cut = _jpeg_without_metadata if mime == "image/jpeg" else _png_without_metadata
    target = path.with_name("cleaned")
    target.write_bytes(cut(path.read_bytes()))
    return target


def _encoded(path: Path, mime: str, turn: Image.Transpose | None) -> Path:
    """The picture upright and without metadata but for its colour profile."""
    target = path.with_name("cleaned")
    with Image.open(path, formats=FORMATS) as picture:
        picture.load()
        profile = picture.info.get("icc_profile")
        upright: Image.Image = picture if turn is None else picture.transpose(turn)
        is_clear = mime == "image/webp" and upright.has_transparency_data
        if mime == "image/png" or is_clear:
            _bare(upright).save(target, "PNG", icc_profile=profile)
        else:
            flat = upright if upright.mode in {"RGB", "L", "CMYK"} else upright.convert("RGB")
            _bare(flat).save(target, "JPEG", quality=QUALITY, subsampling=0, icc_profile=profile)
    return target


def _bare(picture: Image.Image) -> Image.Image:
    picture.info = {key: value for key, value in picture.info.items() if key in {"transparency", "gamma"}}
    return picture


def _jpeg_without_metadata(data: bytes) -> bytes:
    """Without its EXIF, XMP and IPTC segments; the compressed picture stays byte for byte."""
    kept, place = [data[:2]], 2
    while place + 4 <= len(data) and data[place : place + 2] != JPEG_SCAN:
        marker = data[place + 1]
        if data[place] != 0xFF or marker in {0, 0xFF}:  # readers pass over fillers between segments
            place += 1
            continue
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4])
        if marker not in JPEG_METADATA:
            kept.append(data[place:end])
        place = end
    return b"".join(kept) + data[place:]


def _png_without_metadata(data: bytes) -> bytes:
    """Without its EXIF and text chunks; the others stay byte for byte."""
    kept, place = [data[:PNG_SIGNATURE_BYTES]], PNG_SIGNATURE_BYTES
    while place < len(data):
        end = place + 12 + int.from_bytes(data[place : place + 4])
        if data[place + 4 : place + 8] not in PNG_METADATA:
            kept.append(data[place:end])
        place = end
    return b"".join(kept)


def _blank_location(path: Path) -> None:
    """Overwrites the place of an MP4 or MOV without moving any offset in it: the boxes that are made for a place, and
    XMP that tells one, become free space; where it stands in other metadata, its text becomes blanks."""
    with open_recording(path, "mov") as container:
        named = {text for key, text in container.metadata.items() if "location" in key.lower()}
    # Two or three letters are found in the tables of a film as well, which would be damaged.
    places = [text.encode(errors="surrogateescape") for text in named if len(text) >= SHORTEST_PLACE]
    with path.open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as content:
        for start, body, end in islice(_boxes(content, 0, len(content)), MAX_BOXES):
            kind = content[start + 4 : start + 8]
            if kind in BOXES_OF_TEXT:
                _blank_texts(content, places, body, end)
            elif kind in BOXES_OF_PLACES or (kind in BOXES_OF_XMP and content.find(GPS, body, end) >= 0):
                content[start + 4 : start + 8] = b"free"
                content[body:end] = bytes(end - body)


def _boxes(content: mmap.mmap, start: int, end: int, *, depth: int = 0) -> Iterator[tuple[int, int, int]]:
    """The boxes between two places, and those in them on the way to metadata: where each starts, where its body does
    and where it ends."""
    while start + 16 <= end:  # a place takes more
        length, body = int.from_bytes(content[start : start + 4]), start + 8
        if length == 1:
            length, body = int.from_bytes(content[start + 8 : start + 16]), start + 16
        close = min(start + length, end) if length >= body - start else end
        yield start, body, close
        if content[start + 4 : start + 8] in BOXES_OF_BOXES and depth < len(BOXES_OF_BOXES):
            yield from _boxes(content, body, close, depth=depth + 1)
        start = close


def _blank_texts(content: mmap.mmap, places: list[bytes], start: int, end: int) -> None:
    for text in places:
        place = content.find(text, start, end)
        while place >= 0:
            content[place : place + len(text)] = b" " * len(text)
            place = content.find(text, place + len(text), end)
