"""Keep a process running: whenever it ends, start it again after an increasing pause."""

import asyncio
import contextlib
from collections.abc import Callable
from time import monotonic

from generation.supervision.processes.process import Child, Listen, Part

FIRST_PAUSE = 1.0  # seconds
LONGEST_PAUSE = 30.0
GOOD_LIFE = 60.0  # seconds; a run of at least this duration resets the pause

Tell = Callable[[str], None]


class Backoff:
    """Pauses of 1, 2, 4 … 30 seconds between runs; a run of `GOOD_LIFE` seconds resets them to the first."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE

    def after(self, lived: float) -> float:
        """Return the pause in seconds after a run of `lived` seconds."""
        pause = FIRST_PAUSE if lived >= GOOD_LIFE else self._next
        self._next = min(pause * 2, LONGEST_PAUSE)
        return pause


class Keeper:
    """Keep one process running until it is stopped. `born` is the time of its last start, from `monotonic`."""

    def __init__(self, part: Part, *, tell: Tell, listen: Listen | None = None) -> None:
        self.part = part
        self.lives = 0
        self.born = monotonic()
        self._tell = tell
        self._listen = listen
        self._child: Child | None = None
        self._task = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        backoff = Backoff()
        while True:
            self.lives += 1
            self.born = monotonic()
            ending = await self._live()
            pause = backoff.after(monotonic() - self.born)
            self._tell(f"{self.part.name} {ending}; starting it again in {pause:.0f} s")
            await asyncio.sleep(pause)

    async def _live(self) -> str:
        try:
            self._child = Child(self.part, self._listen)
        except OSError as error:  # such as no free memory or process ID, which may be temporary
            return f"could not be started ({error.strerror})"
        return _ending(await self._child.ended())

    async def restart(self, why: str) -> None:
        """End the current run; the next one begins after the usual pause."""
        self._tell(f"{self.part.name} is being restarted: {why}")
        if self._child:
            await self._child.end()

    async def stop(self) -> None:
        """Stop the process permanently, within its grace period."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        if self._child:
            await self._child.end()

    def kill(self) -> None:
        """Kill the process and everything it started, permanently and without a grace period."""
        self._task.cancel()
        if self._child:
            self._child.kill()


def _ending(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
