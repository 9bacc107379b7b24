"""How a log is written: one line or one JSON object for each event, and never what opens something.

Nothing that is logged on purpose holds a secret. This is the net under that: what reads like a signature, a key or a
token is blanked, and so is every secret of the settings, wherever it stands. It is done to the finished text and not
by a filter before, so that tracebacks and what a library adds are covered as well.
"""

import json
import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime

BLANK = "…"
# A shorter secret is a word that would be blanked everywhere.
SHORTEST_SECRET = 8

# Each begins with what is kept.
_SECRETS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Addresses that are their own secret: of callbacks, of shares, of getting no more e-mail
        r"(/hooks/[^/\s]+/|/s/|/unsubscribe/)[^/\s?\"']+",
        # Signed addresses, and how botocore tells of its signing
        r"(x-amz-(?:signature|credential|security-token)(?:=|%3d))[^&\s\"'\\]+",
        r"(\bsignature(?:=|:\s*))[0-9a-z%/+]{16,}={0,2}",
        # The same at other hosts, which give the provider's videos out
        r"([?&](?:[\w.-]*(?:signature|token)|sign?|auth|auth_key|policy|key-pair-id)=)[^&\s\"'\\<>]+",
        # Headers, fields of JSON, names of settings
        r"(\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}",
        r"((?:api[_-]?key|secret(?:[_-]?access)?[_-]?key|access[_-]?token|hook[_-]?token|passw(?:or)?d)"
        r"\\?[\"']?\s*(?:[:=]|%3d)\s*\\?[\"']?)(?!bearer|basic)[^\s\"'&,;}\\]+",
        # Passwords of addresses
        r"(\b[a-z][a-z0-9+]*://[^\s:/@]*:)[^\s/@]+(?=@)",
        # Our own API tokens
        r"(\bbl_)[\w-]{20,}",
    )
]


def without_secrets(text: str, known: Iterable[str] = ()) -> str:
    """The text with the `known` secrets, and all that reads like one, blanked."""
    for secret in known:
        text = text.replace(secret, BLANK)
    for pattern in _SECRETS:
        text = pattern.sub(rf"\1{BLANK}", text)
    return text


class Line(logging.Formatter):
    """Level, logger and message in one line; a traceback follows in lines of its own."""

    def __init__(self, *, secrets: Iterable[str]) -> None:
        super().__init__("%(levelname)s %(name)s %(message)s")
        self.secrets = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record), self.secrets)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base class's name
        # What strangers send may be part of a message: it must not look like a line of its own.
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")


class Json(Line):
    """One object a line: `time` (UTC), `level`, `logger`, `message`; `job` and `traceback` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage(), self.secrets),
        }
        if (job := getattr(record, "job", None)) is not None:
            told["job"] = job
        if trace := self._trace(record):
            told["traceback"] = without_secrets(trace, self.secrets)
        return json.dumps(told, ensure_ascii=False)

    def _trace(self, record: logging.LogRecord) -> str:
        failed = self.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else ""
        return "\n".join(filter(None, [failed, record.stack_info]))
