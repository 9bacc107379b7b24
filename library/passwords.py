"""Password hashing with Argon2id and bounded concurrency.

Hashing is slow on purpose, and a thread that hashes or waits for a slot cannot serve other requests. So a process
hashes two passwords at a time and lets a few more requests wait briefly; the others are refused (`HashingBusy`, 503).
Of the web server's eight threads, that leaves three for other requests, however many users log in at once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_LENGTH = 1024  # characters
AT_ONCE = 2
SHARE_OF_THREADS = 5 / 8  # the maximum that hash or wait
LONGEST_WAIT = 2.0  # seconds


class HashingBusy(Exception):
    """Too many passwords are being hashed; nothing was compared. `retry_after` is in seconds."""

    retry_after = 2


class HashingSlots:
    """Admits `at_once` threads and lets `waiting` more wait; all others are refused at once."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self.at_once, self.waiting = at_once, waiting
        self._inside = threading.BoundedSemaphore(at_once)
        self._queue = threading.BoundedSemaphore(at_once + waiting)
        self._mine = threading.local()

    @classmethod
    def among(cls, threads: int) -> Self:
        """Create the slots for a process with this number of threads, some of which always stay free."""
        places = max(1, int(threads * SHARE_OF_THREADS))
        at_once = min(AT_ONCE, places)
        return cls(at_once, places - at_once)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a slot (reentrant). Raise HashingBusy."""
        if getattr(self._mine, "is_held", False):
            yield
            return
        if not self._queue.acquire(blocking=False):
            raise HashingBusy
        try:
            if not self._inside.acquire(timeout=LONGEST_WAIT):
                raise HashingBusy
            self._mine.is_held = True
            try:
                yield
            finally:
                self._mine.is_held = False
                self._inside.release()
        finally:
            self._queue.release()


slots = HashingSlots.among(settings.WEB_THREADS)


class BoundedArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with OWASP's parameters: 19 MiB, one thread, tens of milliseconds. It releases the GIL."""

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with slots.taken():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with slots.taken():
            return super().verify(password, encoded)


class BoundedPbkdf2Hasher(PBKDF2PasswordHasher):
    """Verifies hashes from before Argon2, which are replaced at the next log-in. `verify` goes through `encode`."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        with slots.taken():
            return super().encode(password, salt, iterations)


class MaximumLengthValidator:
    """Refuses a new password that is too long to be compared later."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError if the password is too long."""
        if len(password) > MAX_LENGTH:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        """Return the rule for the form."""
        return _("Your password can have at most %(max)d characters.") % {"max": MAX_LENGTH}
