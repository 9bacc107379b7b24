"""Zips that are made while they are sent: bounded memory, however large they become."""

import io
from collections.abc import Iterator
from datetime import datetime
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from library import storage

PIECE = 256 * 1024


class _Pieces(io.RawIOBase):
    """What was written and not yet taken away."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self._held.append(bytes(content))
        return len(content)

    def taken(self) -> bytes:
        taken = b"".join(self._held)
        self._held.clear()
        return taken


class _UnfinishedZip(ZipFile):
    """A zip that ends only by `close`: one whose client has left must not write its table of contents when it is
    collected."""

    def __del__(self) -> None:
        pass


class GrowingZip:
    """A zip whose bytes are taken away as they come: `write` and `copy` add files, `end` closes it."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment
        self._pieces = _Pieces()
        self._zip = _UnfinishedZip(self._pieces, "w", ZIP_STORED)

    def write(self, path: str, content: str) -> bytes:
        """A text; what there is to send now."""
        self._zip.writestr(self._info(path), content)
        return self._pieces.taken()

    def copy(self, path: str, key: str) -> Iterator[bytes]:
        """An object of the storage, read while the zip is written. StorageFailed leaves the zip incomplete."""
        with storage.open_stream(key) as stream, self._zip.open(self._info(path), "w") as target:
            while piece := stream.read(PIECE):
                target.write(piece)
                yield self._pieces.taken()

    def end(self) -> bytes:
        """The table of contents, without which the rest is nothing."""
        self._zip.close()
        return self._pieces.taken()

    def _info(self, path: str) -> ZipInfo:
        return ZipInfo(path, self._moment.timetuple()[:6])
