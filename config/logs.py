"""Log formatters: one line or one JSON object per event, with secrets redacted.

No secret is logged on purpose; redaction is a safety net. It replaces everything that looks like a signature, a key or
a token, and every secret from the settings. It works on the formatted text rather than in a filter, so that it covers
tracebacks and text added by libraries.
"""

import json
import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.http import UnreadablePostError

BLANK = "…"
# A shorter secret could be a common word, which would be redacted everywhere.
SHORTEST_SECRET = 8

# Characters of one message or traceback. It may contain untrusted input, which must not fill the log.
LONGEST = 16_000

# Each starts with the part that is kept. All of them run in linear time for any text
# (`tests/benchmarks/bench_hostile_input.py`): repetitions either cannot start again inside their own match, or are
# possessive. So the whole text is redacted before it is truncated, and no secret is cut in two and then missed.
_SECRETS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # URLs with a secret path: webhooks, share links, unsubscribe links
        r"(/hooks/[^/\s]+/|/s/|/unsubscribe/)[^/\s?\"']+",
        # Signed URLs, and botocore's debug output about signing
        r"(x-amz-(?:signature|credential|security-token)(?:=|%3d))[^&\s\"'\\]+",
        r"(\bsignature(?:=|:\s*))[0-9a-z%/+]{16,}={0,2}",
        # Signed URLs of other hosts, such as those of the provider's videos
        r"([?&](?:[\w.-]*(?:signature|token)|sign?|auth|auth_key|policy|key-pair-id)=)[^&\s\"'\\<>]+",
        # Headers, JSON fields, settings
        r"(\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}",
        r"((?:api[_-]?key|secret(?:[_-]?access)?[_-]?key|access[_-]?token|hook[_-]?token|passw(?:or)?d)"
        r"\\?[\"']?\s*(?:[:=]|%3d)\s*\\?[\"']?)(?!bearer|basic)[^\s\"'&,;}\\]+",
        # Passwords in URLs
        r"(://[^\s:/@]*+:)[^\s/@]++(?=@)",
        # Our own API tokens
        r"(\bbl_)[\w-]{20,}",
    )
]


def without_secrets(text: str, known: Iterable[str] = ()) -> str:
    """Return the text with the `known` secrets, and everything that looks like a secret, redacted."""
    for secret in known:
        text = text.replace(secret, BLANK)
    for pattern in _SECRETS:
        text = pattern.sub(rf"\1{BLANK}", text)
    return text


def shortened(text: str) -> str:
    """Truncate a text that is too long for a log to its start and end. Call it after `without_secrets`."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]} [{len(text) - 2 * half} characters left out] {text[-half:]}"


class ClientErrors(logging.Filter):
    """Log client errors in one line: tracebacks are for server errors.

    Django logs a traceback with each permission error and suspicious request (status 400 to 499).
    """

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", None)
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, UnreadablePostError) or (isinstance(status, int) and 400 <= status < 500):
            record.exc_info = record.exc_text = None
        return True


class Line(logging.Formatter):
    """Level, logger and message in one line; a traceback follows in separate lines."""

    def __init__(self, *, secrets: Iterable[str]) -> None:
        super().__init__("%(levelname)s %(name)s %(message)s")
        self.secrets = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record), self.secrets)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the base class's name
        return shortened(without_secrets(super().formatException(ei), self.secrets))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base class's name
        # A message may contain untrusted input, which must not be able to forge a log line.
        line = super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")
        return shortened(without_secrets(line, self.secrets))


class Json(Line):
    """One object per line: `time` (UTC), `level`, `logger`, `message`, and `job` and `traceback` if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": shortened(without_secrets(record.getMessage(), self.secrets)),
        }
        if (job := getattr(record, "job", None)) is not None:
            told["job"] = job
        if trace := self._trace(record):
            told["traceback"] = without_secrets(trace, self.secrets)
        return json.dumps(told, ensure_ascii=False)

    def _trace(self, record: logging.LogRecord) -> str:
        failed = self.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else ""
        return "\n".join(filter(None, [failed, record.stack_info]))
