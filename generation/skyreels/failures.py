"""From a failed exchange to an error: the table of skyreels-api.md section 3, in code.

Bodies are read with suspicion: `error` may be an object, text or missing, a code may be a number, the content
type may lie, and a proxy may answer in HTML or with nothing at all.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

import httpx

from generation.skyreels.clean_text import read_text
from generation.skyreels.errors import (
    BalanceExhausted,
    Indeterminate,
    InProgress,
    KeyRejected,
    NotSent,
    OutcomeUnknown,
    Refused,
    SkyReelsError,
    Unavailable,
    UnknownTask,
)

_RAW_LENGTH = 2000
_READ_LENGTH = 20_000  # blanking comes before cutting, so that no half of a key is left at the edge
_LONGEST_PAUSE = 1800.0  # no answer may park a job for longer than half an hour
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

_SENTENCES = {
    NotSent: "SkyReels is busy and did not take the request; it will be sent again",
    Refused: "SkyReels refused the request",
    UnknownTask: "SkyReels does not know this task",
    OutcomeUnknown: "SkyReels did not say whether it took the request, which may have been charged",
    Indeterminate: "SkyReels itself does not know what became of the request, which may have been charged",
    InProgress: "SkyReels is still working on this very request",
    KeyRejected: "SkyReels does not accept the API key",
    BalanceExhausted: "The balance at SkyReels is used up",
    Unavailable: "SkyReels could not be asked just now",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the body of a failed answer says; empty texts where it says nothing."""

    code: str = ""
    type: str = ""
    message: str = ""
    param: str | None = None

    def names(self, word: str) -> bool:
        """Whether this is the complaint called `word`: as code or type, or at the start of the message."""
        return word in (self.code, self.type) or self.message.startswith(word)


def submit_failure(response: httpx.Response, secret: str) -> SkyReelsError:
    """The error for an answer to a submit that is not a success."""
    complaint = read_complaint(read_json(response))
    return failed_answer(_submit_kind(response.status_code, complaint), response, complaint, secret)


def query_failure(
    response: httpx.Response, secret: str, *, missing: type[SkyReelsError] = UnknownTask
) -> SkyReelsError:
    """The error for an answer to a query that is not a success; `missing` is what 400 and 404 mean."""
    complaint = read_complaint(read_json(response))
    kind: type[SkyReelsError] = Unavailable
    match response.status_code:
        case 401:
            kind = KeyRejected
        case 402:
            kind = BalanceExhausted
        case 400 | 404 if not complaint.names("get_channel_failed"):
            kind = missing
    return failed_answer(kind, response, complaint, secret)


def unreadable_answer(kind: type[SkyReelsError], response: httpx.Response, secret: str) -> SkyReelsError:
    """The error for a success that does not hold what was asked for."""
    return failed_answer(kind, response, read_complaint(read_json(response)), secret)


def submit_interrupted(failure: httpx.RequestError) -> SkyReelsError:
    """The error for a submit without an answer: before anything left this machine, or after."""
    if isinstance(failure, _NEVER_LEFT):
        return NotSent(f"SkyReels could not be reached; the request will be sent again ({_reason(failure)}).")
    return OutcomeUnknown(f"{_SENTENCES[OutcomeUnknown]} ({_reason(failure)}).")


def query_interrupted(failure: httpx.RequestError) -> SkyReelsError:
    """The error for a query without an answer."""
    return Unavailable(f"{_SENTENCES[Unavailable]} ({_reason(failure)}).")


def read_json(response: httpx.Response) -> object:
    """The body as data whatever its content type says; None when it is no JSON."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def read_complaint(payload: object) -> Complaint:
    """What `{"error": {...}}`, `{"error": "text"}` or a bare `{"code", "message"}` complains about."""
    if not isinstance(payload, Mapping):
        return Complaint()
    error = payload.get("error")
    source = error if isinstance(error, Mapping) else payload
    message = error if isinstance(error, str) else source.get("message")
    param = source.get("param")
    return Complaint(
        code=read_text(source.get("code")),
        type=read_text(source.get("type")),
        message=read_text(message),
        param=read_text(param) or None,
    )


def blank_secrets(text: str, secret: str) -> str:
    """The text without keys and bearer tokens, and without the queries of URLs, which may be signatures."""
    text = text.replace(secret, "[key]") if secret else text
    text = re.sub(r"(?i)bearer\s+[^\s\"'<>]+", "Bearer [key]", text)
    text = re.sub(r"\bsk-[A-Za-z0-9_-]{6,}", "[key]", text)
    return re.sub(r"(https?:[\\/]+[^\s\"'<>?]+)\?[^\s\"'<>]*", r"\1?[query]", text)


def fit_to_tell(text: str, secret: str) -> str:
    """The start of what the provider says, with nothing secret in it."""
    return blank_secrets(text[:_READ_LENGTH], secret)[:_RAW_LENGTH]


def read_retry_after(value: str | None) -> float | None:
    """`Retry-After`, a number or an HTTP date, as 0 to 1800 seconds from now; None when unreadable."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value)
    return min(max(seconds, 0.0), _LONGEST_PAUSE) if isfinite(seconds) else None


def _submit_kind(status: int, complaint: Complaint) -> type[SkyReelsError]:
    match status:
        case 400 if complaint.names("get_channel_failed"):
            return NotSent
        case 401:
            return KeyRejected
        case 402:
            return BalanceExhausted
        case 408:
            return OutcomeUnknown
        case 409:
            return _conflict_kind(complaint)
        case 429:
            return NotSent
        case 500 if complaint.names("build_request_failed"):
            return Refused
        case 503 if complaint.names("idempotency_unavailable"):
            return NotSent
    # An unlisted 3xx or 4xx was turned down at the door; of an unlisted 5xx nothing is known.
    return Refused if status < 500 else OutcomeUnknown


def _conflict_kind(complaint: Complaint) -> type[SkyReelsError]:
    if complaint.names("idempotency_in_progress"):
        return InProgress
    if complaint.names("idempotency_result_indeterminate"):
        return Indeterminate
    return Refused if complaint.names("idempotency_key_reused") else OutcomeUnknown


def failed_answer(
    kind: type[SkyReelsError], response: httpx.Response, complaint: Complaint, secret: str
) -> SkyReelsError:
    """The error of this kind, with what the answer says and nothing secret in it."""
    said = fit_to_tell(complaint.message, secret)
    told = f": {said}" if said else f" (HTTP {response.status_code})"
    return kind(
        _sentence(_SENTENCES[kind] + told),
        status_code=response.status_code,
        code=blank_secrets(complaint.code, secret),
        param=complaint.param,
        raw=fit_to_tell(_start_of(response), secret),
        retry_after=read_retry_after(response.headers.get("Retry-After")),
    )


def _start_of(response: httpx.Response) -> str:
    """Of the body. Its content type is not asked: it may name an encoding that is none of text, such as `hex`."""
    return response.content[:_READ_LENGTH].decode(errors="replace")


def _sentence(text: str) -> str:
    """With a full stop, so that callers may go on with a sentence of their own."""
    return text if text.endswith((".", "!", "?", "。")) else f"{text}."


def _seconds_until(date: str) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):  # a year or a zone of twenty digits
        return float("nan")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()


def _reason(failure: httpx.RequestError) -> str:
    """The failure's kind only: its text may repeat headers."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(failure).__name__).lower()
