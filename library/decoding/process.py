"""A decoder process, seen from its parent."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
MAX_REPLY_BYTES = 64_000_000
CHUNK = 65536
# Seconds between two calls of `keep` while a file is being worked on.
KEEP_EVERY = 1.0
# Wall-clock seconds to start, and in addition to three times the CPU seconds, to allow for a busy machine.
GRACE = 60.0

Reply = dict[str, Any]


class Ended(Exception):
    """The process ended without a reply; `began` is true if it had started on the request."""

    def __init__(self, code: int, *, began: bool) -> None:
        super().__init__(f"the decoder ended with {code}")
        self.code, self.began = code, began


class Overdue(Exception):
    """The process gave no reply in time and was killed."""


class Decoder:
    """A running `python -m library.decoder`. It does not inherit our environment, and it exits with this process."""

    def __init__(self, *, memory_bytes: int) -> None:
        child_end, self._our_end = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "library.decoder", str(child_end), str(memory_bytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=[child_end],
                bufsize=0,
                env=_environment(),
            )
        except OSError:
            os.close(self._our_end)
            raise
        finally:
            os.close(child_end)
        self._buffer = b""
        self.is_open = True

    def call(
        self, operation: str, arguments: dict[str, Any], *, cpu_seconds: int, keep: Callable[[], None]
    ) -> Reply:
        """Run one operation. Raise Ended, or Overdue a minute after three times the CPU seconds; `keep` may raise.

        After any exception, the process has been stopped.
        """
        request = {"do": operation, "cpu_seconds": cpu_seconds, "with": arguments}
        try:
            self._send(request)
            began = bool(self._line(GRACE, keep, began=False).get("began"))
            reply = self._line(GRACE + 3 * cpu_seconds, keep, began=began)
        except BaseException:
            self.close()
            raise
        if reply.pop("last"):
            self.close()
        return reply

    def close(self) -> None:
        """Kill the process at once."""
        if not self.is_open:
            return
        self.is_open = False
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        os.close(self._our_end)
        self._process.wait()

    def disown(self) -> None:
        """Close the inherited pipe ends after a fork: the decoder belongs only to the parent."""
        self.is_open = False
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        os.close(self._our_end)
        # It is not a child of this process, which must neither wait for it nor warn about it.
        self._process.returncode = 0

    def _send(self, request: dict[str, Any]) -> None:
        content = memoryview(json.dumps(request).encode() + b"\n")
        stream = self._process.stdin
        assert stream is not None  # noqa: S101 - opened as a pipe
        try:
            while content:
                content = content[stream.write(content) or 0 :]
        except BrokenPipeError as error:
            raise Ended(self._process.wait(), began=False) from error

    def _line(self, seconds: float, keep: Callable[[], None], *, began: bool) -> Reply:
        stream = self._process.stdout
        assert stream is not None  # noqa: S101 - opened as a pipe
        poll = select.poll()
        poll.register(stream, select.POLLIN | select.POLLHUP)
        end = time.monotonic() + seconds
        while b"\n" not in self._buffer:
            if time.monotonic() > end or len(self._buffer) > MAX_REPLY_BYTES:
                raise Overdue
            if poll.poll(KEEP_EVERY * 1000):
                piece = os.read(stream.fileno(), CHUNK)
                if not piece:
                    raise Ended(self._process.wait(), began=began)
                self._buffer += piece
            keep()
        line, self._buffer = self._buffer.split(b"\n", 1)
        reply: Reply = json.loads(line)
        return reply


def _environment() -> dict[str, str]:
    """Return only the variables that Python needs, and no secrets."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MALLOC_ARENA_MAX": "2",
    }
