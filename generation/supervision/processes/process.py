"""One life of a child process: start, the lines that it writes, its end and that of everything it started."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from generation.supervision.processes import die_with_parent

LOOK = 0.05  # seconds between two looks whether a child has ended
LONGEST_LINE = 64 * 1024  # bytes; a longer one is shown in pieces

Listen = Callable[[bytes], None]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A program to run: `grace` is the seconds between asking it to end and killing all that it started."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    grace: float = 3.0
    files: Sequence[int] = ()


class Child:
    """A running part, in a session of its own so that a Ctrl-C in the terminal reaches only its supervisor.

    What it prints goes to `listen`, its errors too unless they are asked for apart; without `listen` it writes
    where this process writes. Needs a running event loop. Raises OSError.
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
        """Wait for its end; its exit code, negative for a signal. What it started is killed with it."""
        while self._process.poll() is None:
            await asyncio.sleep(LOOK)
        self.kill()
        return int(self._process.returncode)

    async def end(self, grace: float | None = None) -> None:
        """Ask the main process alone to end (django-q hangs when its whole group is asked), kill the group after
        the grace period."""
        deadline = monotonic() + (self.part.grace if grace is None else grace)
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        while self._process.poll() is None and monotonic() < deadline:
            await asyncio.sleep(LOOK)
        self.kill()
        await self.ended()

    def kill(self) -> None:
        """Kill the whole group at once. Once all is over this does nothing: the number may be another's by then."""
        if self._gone:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._gone = self._process.poll() is not None
        if self._gone:
            for lines in self._pipes():
                lines.close()


class _Lines:
    """A pipe that hands on whole lines."""

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
        """Hand on what is left and forget the pipe."""
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
