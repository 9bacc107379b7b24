"""Count the components of an image file (segments, chunks, blocks, scans, frames) before a reader opens it.

Readers are fast per pixel and slow per component. A file of a few hundred kilobytes can hold enough scans, frames or
comments to keep a reader busy for minutes; cameras and editors never write that many.
"""

import re
from collections import Counter
from collections.abc import Iterator

from library.probe.refusals import Refusal, UnreadableMedia

MAX_COMPONENTS = 50_000
MAX_FRAMES = 2000
# A progressive JPEG has about ten scans, each of which covers all pixels.
MAX_SCANS = 50
PNG_SIGNATURE_BYTES = 8
GIF_HEADER_BYTES = 13
_JPEG_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_JPEG_WITHOUT_LENGTH = {0x01, 0xD8}
_JPEG_SCAN, _JPEG_END = 0xDA, 0xD9
_GIF_EXTENSION, _GIF_FRAME, _GIF_END = 0x21, 0x2C, 0x3B


def check_components(name: str, mime: str, content: bytes) -> None:
    """Raise UnreadableMedia for more components than a legitimate image has."""
    counts: Counter[str] = Counter()
    for number, component in enumerate(_components(mime, content), start=1):
        counts[component] += 1
        if counts["frame"] > MAX_FRAMES:
            raise too_many_frames(name)
        if counts["scan"] > MAX_SCANS:
            raise UnreadableMedia(Refusal.TOO_MANY_SCANS, name, limit=MAX_SCANS)
        if number > MAX_COMPONENTS:
            raise UnreadableMedia(Refusal.TOO_MANY_COMPONENTS, name, limit=MAX_COMPONENTS)


def too_many_frames(name: str) -> UnreadableMedia:
    """Return the refusal of an animation with too many frames."""
    return UnreadableMedia(Refusal.TOO_MANY_FRAMES, name, limit=MAX_FRAMES)


def _components(mime: str, content: bytes) -> Iterator[str]:
    if mime == "image/jpeg":
        return _jpeg_components(content)
    if mime == "image/png":
        return _png_components(content)
    return _gif_components(content) if mime == "image/gif" else iter(())


def _jpeg_components(content: bytes) -> Iterator[str]:
    position = 2
    while found := _JPEG_MARKER.search(content, position):
        marker, position = found[1][0], found.end()
        if marker == _JPEG_END:
            return
        yield "scan" if marker == _JPEG_SCAN else "segment"
        if marker not in _JPEG_WITHOUT_LENGTH:
            position += int.from_bytes(content[position : position + 2])


def _png_components(content: bytes) -> Iterator[str]:
    position = PNG_SIGNATURE_BYTES
    while position + 8 <= len(content):
        length = int.from_bytes(content[position : position + 4])
        chunk_type = content[position + 4 : position + 8]
        yield "frame" if chunk_type == b"fcTL" else "chunk"
        position += 12 + length


def _gif_components(content: bytes) -> Iterator[str]:
    position = GIF_HEADER_BYTES + _gif_colour_table_bytes(content, GIF_HEADER_BYTES - 3)
    while position < len(content) and content[position] != _GIF_END:
        marker = content[position]
        yield "frame" if marker == _GIF_FRAME else "extension"
        if marker == _GIF_FRAME:
            position += 11 + _gif_colour_table_bytes(content, position + 9)
        elif marker == _GIF_EXTENSION:
            position += 2
        else:  # readers skip bytes between blocks
            position += 1
            continue
        while position < len(content) and (length := content[position]):
            yield "block"
            position += length + 1
        position += 1


def _gif_colour_table_bytes(content: bytes, position: int) -> int:
    """Return the size of the colour table that the flags at this position declare."""
    flags = content[position] if position < len(content) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0
