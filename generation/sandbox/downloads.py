"""Serve result files: whole, in ranges, truncated or padded, in chunks of bounded size."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 256 * 1024
_ZEROS = bytes(_CHUNK)
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


class BadRange(Exception):
    """The range is outside the file (416)."""


@dataclass(frozen=True, slots=True)
class ResultFile:
    """An MP4 on disk, followed by a valid `free` box of `padding` bytes that exists only on the wire."""

    path: Path
    padding: int = 0

    @property
    def length(self) -> int:
        return self.path.stat().st_size + self.padding

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` up to `stop` in chunks."""
        size = self.path.stat().st_size
        with self.path.open("rb") as file:
            file.seek(min(start, size))
            while start < min(stop, size):
                chunk = file.read(min(_CHUNK, min(stop, size) - start))
                start += len(chunk)
                yield chunk
        head = self.padding.to_bytes(4) + b"free" if self.padding else b""
        if start < min(stop, size + len(head)):
            chunk = head[start - size : stop - size]
            start += len(chunk)
            yield chunk
        while start < stop:
            chunk = _ZEROS[: min(_CHUNK, stop - start)]
            start += len(chunk)
            yield chunk


def read_range(header: str, length: int) -> tuple[int, int] | None:
    """Return start and stop of a single `Range: bytes=…`, or None for the whole file. Raise BadRange."""
    match = _RANGE.match(header.strip())
    if not match or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    start = int(first) if first else max(0, length - int(last))
    stop = min(length, int(last) + 1) if first and last else length
    if start >= length or stop <= start:
        raise BadRange
    return start, stop
