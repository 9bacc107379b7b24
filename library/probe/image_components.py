"""How many parts a picture is built of, counted before a reader meets it.

Readers are quick for each pixel and slow for each part. A picture of a few hundred kilobytes can hold scans, frames or
notes that keep a reader busy for minutes: that many are in no picture that a camera or an editor made.
"""

import re
from collections import Counter
from collections.abc import Iterator

from library.probe.facts import UnreadableMedia

MAX_PARTS = 50_000
MAX_FRAMES = 2000
# A progressive JPEG has about ten, each of which walks through all of its pixels.
MAX_SCANS = 50
PNG_SIGNATURE_BYTES = 8
GIF_HEADER_BYTES = 13
_JPEG_MARK = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_JPEG_BARE = {0x01, 0xD8}
_JPEG_SCAN, _JPEG_END = 0xDA, 0xD9
_GIF_NOTE, _GIF_FRAME, _GIF_END = 0x21, 0x2C, 0x3B


def check_parts(name: str, mime: str, content: bytes) -> None:
    """Raises UnreadableMedia for more parts than an honest picture has."""
    counts: Counter[str] = Counter()
    for number, part in enumerate(_parts(mime, content), start=1):
        counts[part] += 1
        if counts["frame"] > MAX_FRAMES:
            raise too_many_frames(name)
        if number > MAX_PARTS or counts["scan"] > MAX_SCANS:
            what = f"more than {MAX_SCANS} scans" if part == "scan" else f"more than {MAX_PARTS:,} parts"
            raise UnreadableMedia(
                f"{name} is built of {what}, as no camera or editor does it. Open it and save it anew."
            )


def too_many_frames(name: str) -> UnreadableMedia:
    """The refusal of an animation that is too long."""
    return UnreadableMedia(
        f"{name} has more than {MAX_FRAMES:,} frames; an animation may have at most that many. Save it as MP4."
    )


def _parts(mime: str, content: bytes) -> Iterator[str]:
    if mime == "image/jpeg":
        return _jpeg_parts(content)
    if mime == "image/png":
        return _png_parts(content)
    return _gif_parts(content) if mime == "image/gif" else iter(())


def _jpeg_parts(content: bytes) -> Iterator[str]:
    place = 2
    while found := _JPEG_MARK.search(content, place):
        mark, place = found[1][0], found.end()
        if mark == _JPEG_END:
            return
        yield "scan" if mark == _JPEG_SCAN else "segment"
        if mark not in _JPEG_BARE:
            place += int.from_bytes(content[place : place + 2])


def _png_parts(content: bytes) -> Iterator[str]:
    place = PNG_SIGNATURE_BYTES
    while place + 8 <= len(content):
        length, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        yield "frame" if kind == b"fcTL" else "chunk"
        place += 12 + length


def _gif_parts(content: bytes) -> Iterator[str]:
    place = GIF_HEADER_BYTES + _gif_table(content, GIF_HEADER_BYTES - 3)
    while place < len(content) and content[place] != _GIF_END:
        mark = content[place]
        yield "frame" if mark == _GIF_FRAME else "note"
        if mark == _GIF_FRAME:
            place += 11 + _gif_table(content, place + 9)
        elif mark == _GIF_NOTE:
            place += 2
        else:  # readers pass over what stands between
            place += 1
            continue
        while place < len(content) and (length := content[place]):
            yield "block"
            place += length + 1
        place += 1


def _gif_table(content: bytes, place: int) -> int:
    """The bytes of the table of colours that the flags at that place announce."""
    flags = content[place] if place < len(content) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0
