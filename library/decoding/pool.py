"""The pool of decoder processes of this process: few, reused, replaced when they exit."""

import atexit
import functools
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from signal import Signals
from typing import Any

from django.conf import settings

from library.decoding.process import Decoder, Ended, Overdue, Reply
from library.decoding.slots import Slots
from library.probe import Refusal, UnreadableMedia

# Within a request: the maximum number of others waiting, and the maximum wait. Both bound the blocked threads.
REQUEST_WAITING = 4
REQUEST_SECONDS = 15.0
# Workers and commands can wait; `keep` ends the wait if the lease is lost.
PATIENT_SECONDS = 1800.0
SIGXCPU = -int(Signals.SIGXCPU)

log = logging.getLogger("backlot.decoding")
_in_request: ContextVar[bool] = ContextVar("in_request", default=False)


@contextmanager
def within_request() -> Iterator[None]:
    """Refuse files (DecodersBusy) in this context instead of waiting for minutes."""
    token = _in_request.set(True)
    try:
        yield
    finally:
        _in_request.reset(token)


def run(
    operation: str,
    arguments: dict[str, Any],
    *,
    name: str,
    cpu_seconds: int,
    keep: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Run an operation of a decoder on a file; `name` is its name in error messages.

    `keep` is called about every second and may end it by raising. Raise UnreadableMedia, DecodersBusy, or OSError
    for a full disk.
    """
    waiting, seconds = (REQUEST_WAITING, REQUEST_SECONDS) if _in_request.get() else (2**31, PATIENT_SECONDS)
    with _slots().hold(seconds=seconds, waiting=waiting, keep=keep):
        try:
            reply = _call(operation, arguments, cpu_seconds, keep)
        except Overdue as error:
            raise UnreadableMedia(Refusal.TOO_SLOW, name) from error
        except Ended as error:
            raise UnreadableMedia(_reason_for(error, operation), name) from error
    return _result(reply, operation, name)


def _call(operation: str, arguments: dict[str, Any], cpu_seconds: int, keep: Callable[[], None]) -> Reply:
    decoder = _idle.acquire()
    try:
        reply = decoder.call(operation, arguments, cpu_seconds=cpu_seconds, keep=keep)
    except Ended as error:
        if error.began:
            raise
        # The idle process was just exiting.
        decoder = _idle.new()
        reply = decoder.call(operation, arguments, cpu_seconds=cpu_seconds, keep=keep)
    _idle.release(decoder)
    return reply


def _result(reply: Reply, operation: str, name: str) -> dict[str, Any]:
    if "refused" in reply:
        raise UnreadableMedia.from_json(**reply["refused"])
    if "memory" in reply:
        raise UnreadableMedia(Refusal.TOO_MUCH_MEMORY, name)
    if "errno" in reply:
        raise OSError(reply["errno"], os.strerror(reply["errno"]))
    if "fault" in reply:
        log.error("the decoder failed at %s: %s", operation, reply["fault"])
        raise UnreadableMedia(Refusal.DECODER_FAILED, name)
    result: dict[str, Any] = reply["result"]
    return result


def _reason_for(error: Ended, operation: str) -> Refusal:
    if error.code == SIGXCPU:
        return Refusal.TOO_SLOW
    log.error("the decoder ended with %s at %s", error.code, operation)
    return Refusal.DECODER_FAILED


class _Idle:
    """The idle decoders."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: list[Decoder] = []
        self._all: set[Decoder] = set()

    def acquire(self) -> Decoder:
        with self._guard:
            if self._waiting:
                return self._waiting.pop()
        return self.new()

    def new(self) -> Decoder:
        decoder = Decoder(memory_bytes=settings.DECODER_MEMORY_MB * 1024**2)
        with self._guard:
            self._all = {one for one in self._all if one.is_open} | {decoder}
        return decoder

    def release(self, decoder: Decoder) -> None:
        with self._guard:
            if decoder.is_open:
                self._waiting.append(decoder)

    def close(self) -> None:
        """Stop all of them."""
        for decoder in self._all:
            decoder.close()
        self._waiting, self._all = [], set()

    def disown(self) -> None:
        """Leave them to the process that this one was forked from."""
        for decoder in self._all:
            if decoder.is_open:
                decoder.disown()
        # Another thread of the parent may have held the guard when this process was forked.
        self._guard, self._waiting, self._all = threading.Lock(), [], set()


@functools.cache
def _slots() -> Slots:
    """Return the slots of the machine's web processes and commands, or those of its workers: a flood of uploads must
    not keep paid renders from being stored."""
    group = "worker" if settings.WORKER_ID else "web"
    return Slots(settings.VAR_DIR / "decoders" / group, settings.DECODERS)


def _forget_after_fork() -> None:
    _idle.disown()
    _slots.cache_clear()


_idle = _Idle()
atexit.register(_idle.close)
os.register_at_fork(after_in_child=_forget_after_fork)
