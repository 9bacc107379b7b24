"""What is changed before a file is kept: pictures are turned upright, where they were taken is removed.

Bytes that need no change stay as they are. Where only the place has to go, metadata is cut out and the picture
itself is not touched; a picture that lies on its side is encoded anew.
"""

import mmap
from pathlib import Path

from PIL import Image

from library.probe import Facts, open_recording

GPS_DIRECTORY = 0x8825
ORIENTATION = 0x0112
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
PNG_SIGNATURE_BYTES = 8
# Where cameras and editors write it: EXIF and XMP, IPTC.
JPEG_METADATA = {0xE1, 0xED}
JPEG_SCAN = b"\xff\xda"
PNG_METADATA = {b"eXIf", b"iTXt", b"zTXt", b"tEXt"}


def cleaned(path: Path, facts: Facts) -> Path:
    """The file as it may be kept: the same path if nothing had to change, or a new file beside it.

    WebP, which the provider does not take, becomes PNG where it has transparency, and JPEG otherwise.
    """
    if facts.kind == "video":
        _blank_location(path)
        return path
    if facts.mime == "image/webp":
        return _encoded(path, None)
    if facts.mime not in {"image/jpeg", "image/png"}:
        return path
    return _cleaned_picture(path, facts)


def _cleaned_picture(path: Path, facts: Facts) -> Path:
    with Image.open(path) as picture:
        turn, has_place, holds_more = _turn(picture), _has_place(picture), picture.format == "MPO"
    if turn is not None or (has_place and holds_more):
        return _encoded(path, facts.mime)
    if not has_place:
        return path
    cut = _jpeg_without_metadata if facts.mime == "image/jpeg" else _png_without_metadata
    target = path.with_name("cleaned")
    target.write_bytes(cut(path.read_bytes()))
    return target


def _turn(picture: Image.Image) -> Image.Transpose | None:
    return TURNS.get(picture.getexif().get(ORIENTATION, 1))


def _has_place(picture: Image.Image) -> bool:
    texts = (str(value) for key, value in picture.info.items() if key != "icc_profile")
    return bool(picture.getexif().get_ifd(GPS_DIRECTORY)) or any("GPSL" in text for text in texts)


def _encoded(path: Path, mime: str | None) -> Path:
    """The picture upright and without metadata but for its colour profile."""
    target = path.with_name("cleaned")
    with Image.open(path) as picture:
        profile = picture.info.get("icc_profile")
        turn = _turn(picture)
        upright = picture.copy() if turn is None else picture.transpose(turn)
        if mime == "image/png" or (mime is None and upright.has_transparency_data):
            _bare(upright).save(target, "PNG", icc_profile=profile)
        else:
            flat = upright if upright.mode in {"RGB", "L", "CMYK"} else upright.convert("RGB")
            _bare(flat).save(target, "JPEG", quality=QUALITY, subsampling=0, icc_profile=profile)
    return target


def _bare(picture: Image.Image) -> Image.Image:
    bare = picture.copy()
    bare.info = {key: value for key, value in picture.info.items() if key in {"transparency", "gamma"}}
    return bare


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
    """Overwrites the place of an MP4 or MOV with blanks of the same length, so that no offset in it moves."""
    with open_recording(path, "mov") as container:
        named = {text for key, text in container.metadata.items() if "location" in key.lower()}
        places = {text.encode(errors="surrogateescape") for text in named}
    with path.open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as content:
        for text in filter(None, places):
            place = content.find(text)
            while place >= 0:
                content[place : place + len(text)] = b" " * len(text)
                place = content.find(text, place + len(text))
