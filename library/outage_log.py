"""Log why a part that is needed cannot be used: once a minute for each cause, however many requests meet it."""

import logging
import time

EVERY = 60.0  # seconds
_logged: dict[str, float] = {}


def log_outage(log: logging.Logger, part: str, error: BaseException) -> None:
    """Log the first line of the error as a warning, unless the same was logged within the last minute."""
    message = f"{part}: {first_line(error)}"
    now = time.monotonic()
    if now - _logged.get(message, -EVERY) >= EVERY:
        _logged.clear()
        _logged[message] = now
        log.warning("%s", message)


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says, or its kind if it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
