"""Log why a component is unavailable, at most once a minute for each kind of cause, however many requests fail."""

import logging
import time

EVERY = 60.0  # seconds
MOST_KEPT = 100
_logged: dict[tuple[str, str, str], float] = {}


def log_outage(log: logging.Logger, part: str, error: BaseException) -> None:
    """Log the first line of the error as a warning, unless one of its kind was logged within the last minute.

    Messages contain object names, so the kind is the error's class and its S3 error code.
    """
    answered = getattr(error, "response", None)
    code = answered.get("Error", {}).get("Code", "") if isinstance(answered, dict) else ""
    kind = (part, type(error).__name__, str(code))
    now = time.monotonic()
    if now - _logged.get(kind, -EVERY) < EVERY:
        return
    if len(_logged) >= MOST_KEPT:
        _logged.clear()
    _logged[kind] = now
    log.warning("%s: %s", part, first_line(error))


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, or its class if the message is empty."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
