"""Limit the number of files decoded at the same time on this machine, by locks on a few files shared by all processes.

The kernel releases a lock when its process ends, however it ends.
"""

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Seconds between two attempts by the first waiting thread of this process: file locks have no wait with a time limit.
POLL = 0.03
RETRY_AFTER = 5


class DecodersBusy(Exception):
    """Nothing was decoded: too many files are waiting, or this one waited too long. Retry after a few seconds."""

    retry_after = RETRY_AFTER


class Slots:
    """A fixed number of slots, and a bounded queue for them in each process, first come, first served."""

    def __init__(self, folder: Path, count: int) -> None:
        self._paths = [folder / f"slot-{number}.lock" for number in range(count)]
        self._guard = threading.Lock()
        self._queue: deque[object] = deque()
        folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def hold(self, *, seconds: float, waiting: int, keep: Callable[[], None]) -> Iterator[None]:
        """Hold a slot, waiting for at most `seconds`, and only if fewer than `waiting` others are waiting.

        `keep` is called during the wait and may end it by raising. Raise DecodersBusy.
        """
        slot = self._acquire_at_once(waiting) or self._acquire_in_turn(seconds, keep)
        try:
            yield
        finally:
            os.close(slot)

    def _acquire_at_once(self, waiting: int) -> int | None:
        with self._guard:
            slot = None if self._queue else self._free_slot()
            if slot is None and len(self._queue) >= waiting:
                raise DecodersBusy
            if slot is None:
                self._queue.append(threading.get_ident())
        return slot

    def _acquire_in_turn(self, seconds: float, keep: Callable[[], None]) -> int:
        me, end = threading.get_ident(), time.monotonic() + seconds
        try:
            while True:
                keep()
                if self._queue[0] == me and (slot := self._free_slot()) is not None:
                    return slot
                if time.monotonic() > end:
                    raise DecodersBusy
                time.sleep(POLL)
        finally:
            with self._guard:
                self._queue.remove(me)

    def _free_slot(self) -> int | None:
        """Return an open file that this process has locked, or None if all are taken."""
        for path in self._paths:
            opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(opened)
            else:
                return opened
        return None
