"""Write a zip while it is being sent, with bounded memory, whatever its size."""

import io
from collections.abc import Iterator
from datetime import datetime
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from library import storage

CHUNK = 256 * 1024


class _Buffer(io.RawIOBase):
    """Bytes that have been written and not yet sent."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self._chunks.append(bytes(content))
        return len(content)

    def drain(self) -> bytes:
        content = b"".join(self._chunks)
        self._chunks.clear()
        return content


class _UnfinishedZip(ZipFile):
    """A zip that is finished only by `close`: if the client has disconnected, garbage collection must not write its
    table of contents."""

    def __del__(self) -> None:
        pass


class StreamedZip:
    """A zip that returns its bytes as they are written: `write` and `copy` add files, `close` finishes it."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment
        self._buffer = _Buffer()
        self._zip = _UnfinishedZip(self._buffer, "w", ZIP_STORED)

    def write(self, path: str, content: str) -> bytes:
        """Add a text file; return the bytes to send."""
        self._zip.writestr(self._info(path), content)
        return self._buffer.drain()

    def copy(self, path: str, key: str) -> Iterator[bytes]:
        """Add a stored object; yield the bytes to send while it is read. StorageFailed leaves the zip incomplete."""
        with storage.open_stream(key) as stream, self._zip.open(self._info(path), "w") as target:
            while chunk := stream.read(CHUNK):
                target.write(chunk)
                yield self._buffer.drain()

    def close(self) -> bytes:
        """Finish the zip; return its table of contents."""
        self._zip.close()
        return self._buffer.drain()

    def _info(self, path: str) -> ZipInfo:
        return ZipInfo(path, self._moment.timetuple()[:6])
