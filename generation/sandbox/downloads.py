"""Handing out result files: whole, in ranges, cut short or padded, never held in memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 256 * 1024
_ZEROS = bytes(_CHUNK)
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


class BadRange(Exception):
    """The range lies outside the file (416)."""


@dataclass(frozen=True, slots=True)
class ResultFile:
    """An MP4 on disk, followed by a valid `free` box of `padding` bytes that exists only on the wire."""

    path: Path
    padding: int = 0

    @property
    def length(self) -> int:
        return self.path.stat().st_size + self.padding

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` up to `stop`, in pieces."""
        size = self.path.stat().st_size
        with self.path.open("rb") as file:
            file.seek(min(start, size))
            while start < min(stop, size):
                piece = file.read(min(_CHUNK, min(stop, size) - start))
                start += len(piece)
                yield piece
        head = self.padding.to_bytes(4) + b"free" if self.padding else b""
        if start < min(stop, size + len(head)):
            piece = head[start - size : stop - size]
            start += len(piece)
            yield piece
        while start < stop:
            piece = _ZEROS[: min(_CHUNK, stop - start)]
            start += len(piece)
            yield piece


def read_range(header: str, length: int) -> tuple[int, int] | None:
    """(start, stop) of a single `Range: bytes=…`; None means the whole file. Raises BadRange."""
    match = _RANGE.match(header.strip())
    if not match or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    start = int(first) if first else max(0, length - int(last))
    stop = min(length, int(last) + 1) if first and last else length
    if start >= length or stop <= start:
        raise BadRange
    return start, stop
