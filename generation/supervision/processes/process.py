"""One run of a child process: its start, its output, and its end together with everything it started."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from generation.supervision.processes import die_with_parent

LOOK = 0.05  # seconds between two checks whether a child has ended
LONGEST_LINE = 64 * 1024  # bytes; a longer line is passed on in chunks

Listen = Callable[[bytes], None]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A process to run; `grace` is the number of seconds between SIGTERM and killing everything it started."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    grace: float = 3.0
    files: Sequence[int] = ()


class Child:
    """A running process, in a separate session so that Ctrl-C in the terminal reaches only its supervisor.

    Its output goes to `listen`, including its errors unless there is a `listen_errors`; without `listen`, it shares
    the output of this process. Requires a running event loop. Raise OSError.
    """

    def __init__(self, part: Part, listen: Listen | None = None, listen_errors: Listen | None = None) -> None:
        self.part = part
        self._gone = False
        self._output = _Lines(listen) if listen else None
        self._errors = _Lines(listen_errors) if listen_errors else self._output
        try:
            self._process = subprocess.Popen(
                part.argv,
                env=part.env,
                stdin=subprocess.DEVNULL,
                stdout=self._output.write_end if self._output else None,
                stderr=self._errors.write_end if self._errors else None,
                pass_fds=part.files,
                start_new_session=True,
                preexec_fn=die_with_parent.tied(),
            )
        finally:
            for lines in self._pipes():
                lines.follow()

    def _pipes(self) -> set["_Lines"]:
        return {lines for lines in (self._output, self._errors) if lines}

    async def ended(self) -> int:
        """Wait until the process ends, kill what it started, and return the exit code, negative for a signal."""
        while self._process.poll() is None:
            await asyncio.sleep(LOOK)
        self.kill()
        return int(self._process.returncode)

    async def end(self, grace: float | None = None) -> None:
        """Send SIGTERM to the main process, and kill its group after `grace` seconds.

        django-q hangs when its whole group gets the signal.
        """
        deadline = monotonic() + (self.part.grace if grace is None else grace)
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        while self._process.poll() is None and monotonic() < deadline:
            await asyncio.sleep(LOOK)
        self.kill()
        await self.ended()

    def kill(self) -> None:
        """Kill the process group at once. Do nothing after its end, since the process ID may have been reused."""
        if self._gone:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._gone = self._process.poll() is not None
        if self._gone:
            for lines in self._pipes():
                lines.close()


class _Lines:
    """A pipe that passes on whole lines."""

    def __init__(self, listen: Listen) -> None:
        self._listen = listen
        self._read_end, self.write_end = os.pipe()
        self._rest = b""
        self._open = True

    def follow(self) -> None:
        os.close(self.write_end)
        os.set_blocking(self._read_end, False)
        asyncio.get_running_loop().add_reader(self._read_end, self._read)

    def close(self) -> None:
        """Pass on what is left and close the pipe."""
        while self._open:
            if not self._read():
                break
        if self._open:
            self._end()

    def _read(self) -> bool:
        try:
            piece = os.read(self._read_end, LONGEST_LINE)
        except BlockingIOError:
            return False
        if not piece:
            self._end()
            return False
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            self._listen(line)
        if len(self._rest) >= LONGEST_LINE:
            self._listen(self._rest)
            self._rest = b""
        return True

    def _end(self) -> None:
        self._open = False
        asyncio.get_running_loop().remove_reader(self._read_end)
        os.close(self._read_end)
        if self._rest:
            self._listen(self._rest)
