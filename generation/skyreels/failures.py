"""Turn failed requests and error responses into errors: the table of skyreels-api.md section 3.

Bodies are not trusted: `error` may be an object, text or missing, a code may be a number, the content type may be
wrong, and a proxy may respond with HTML or an empty body.
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

MAX_RAW_LENGTH = 2000
MAX_READ_LENGTH = 20_000  # secrets are removed before cutting, so that no part of a key is left at the end
MAX_RETRY_DELAY_S = 1800.0  # no response may delay a job for longer than half an hour
_NOT_SENT_FAILURES = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

_MESSAGES = {
    NotSent: "SkyReels is busy and did not accept the request; it will be sent again",
    Refused: "SkyReels refused the request",
    UnknownTask: "SkyReels does not know this task",
    OutcomeUnknown: "SkyReels did not confirm whether it accepted the request, which may have been charged",
    Indeterminate: "SkyReels does not know the outcome of the request, which may have been charged",
    InProgress: "SkyReels is still processing this request",
    KeyRejected: "SkyReels does not accept the API key",
    BalanceExhausted: "The SkyReels balance is exhausted",
    Unavailable: "SkyReels could not be reached",
}


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """The error in a response body; fields that it lacks are empty."""

    code: str = ""
    type: str = ""
    message: str = ""
    param: str | None = None

    def is_about(self, word: str) -> bool:
        """Return whether this is the body_error called `word`: as code or type, or at the start of the message."""
        return word in (self.code, self.type) or self.message.startswith(word)


def submit_failure(response: httpx.Response, secret: str) -> SkyReelsError:
    """Return the error for an unsuccessful response to a submit."""
    body_error = read_error_body(read_json(response))
    return error_of_response(_submit_kind(response.status_code, body_error), response, body_error, secret)


def query_failure(
    response: httpx.Response, secret: str, *, missing: type[SkyReelsError] = UnknownTask
) -> SkyReelsError:
    """Return the error for an unsuccessful response to a query; `missing` is the error for 400 and 404."""
    body_error = read_error_body(read_json(response))
    kind: type[SkyReelsError] = Unavailable
    match response.status_code:
        case 401:
            kind = KeyRejected
        case 402:
            kind = BalanceExhausted
        case 400 | 404 if not body_error.is_about("get_channel_failed"):
            kind = missing
    return error_of_response(kind, response, body_error, secret)


def unreadable_response(kind: type[SkyReelsError], response: httpx.Response, secret: str) -> SkyReelsError:
    """Return the error for a successful response without the expected content."""
    return error_of_response(kind, response, read_error_body(read_json(response)), secret)


def submit_interrupted(failure: httpx.RequestError) -> SkyReelsError:
    """Return the error for a submit without a response: NotSent if nothing was sent, else OutcomeUnknown."""
    if isinstance(failure, _NOT_SENT_FAILURES):
        return NotSent(f"SkyReels could not be reached; the request will be sent again ({_reason(failure)}).")
    return OutcomeUnknown(f"{_MESSAGES[OutcomeUnknown]} ({_reason(failure)}).")


def query_interrupted(failure: httpx.RequestError) -> SkyReelsError:
    """Return the error for a query without a response."""
    return Unavailable(f"{_MESSAGES[Unavailable]} ({_reason(failure)}).")


def read_json(response: httpx.Response) -> object:
    """Return the body as data, whatever its content type; None when it is not JSON."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def read_error_body(payload: object) -> ErrorBody:
    """Read the error in `{"error": {...}}`, `{"error": "text"}` or a bare `{"code", "message"}`."""
    if not isinstance(payload, Mapping):
        return ErrorBody()
    error = payload.get("error")
    source = error if isinstance(error, Mapping) else payload
    message = error if isinstance(error, str) else source.get("message")
    param = source.get("param")
    return ErrorBody(
        code=read_text(source.get("code")),
        type=read_text(source.get("type")),
        message=read_text(message),
        param=read_text(param) or None,
    )


def redact_secrets(text: str, secret: str) -> str:
    """Return the text without keys, bearer tokens and the query strings of URLs, which may be signatures."""
    text = text.replace(secret, "[key]") if secret else text
    text = re.sub(r"(?i)bearer\s+[^\s\"'<>]+", "Bearer [key]", text)
    text = re.sub(r"\bsk-[A-Za-z0-9_-]{6,}", "[key]", text)
    return re.sub(r"(https?:[\\/]+[^\s\"'<>?]+)\?[^\s\"'<>]*", r"\1?[query]", text)


def redact(text: str, secret: str) -> str:
    """Return the start of the provider's text without secrets."""
    return redact_secrets(text[:MAX_READ_LENGTH], secret)[:MAX_RAW_LENGTH]


def read_retry_after(value: str | None) -> float | None:
    """Parse `Retry-After`, a number or an HTTP date, as 0 to 1800 seconds from now; None when invalid."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value)
    return min(max(seconds, 0.0), MAX_RETRY_DELAY_S) if isfinite(seconds) else None


def _submit_kind(status: int, body_error: ErrorBody) -> type[SkyReelsError]:
    match status:
        case 400 if body_error.is_about("get_channel_failed"):
            return NotSent
        case 401:
            return KeyRejected
        case 402:
            return BalanceExhausted
        case 408:
            return OutcomeUnknown
        case 409:
            return _conflict_kind(body_error)
        case 429:
            return NotSent
        case 500 if body_error.is_about("build_request_failed"):
            return Refused
        case 503 if body_error.is_about("idempotency_unavailable"):
            return NotSent
    # An unlisted 3xx or 4xx was rejected before processing; the outcome of an unlisted 5xx is unknown.
    return Refused if status < 500 else OutcomeUnknown


def _conflict_kind(body_error: ErrorBody) -> type[SkyReelsError]:
    if body_error.is_about("idempotency_in_progress"):
        return InProgress
    if body_error.is_about("idempotency_result_indeterminate"):
        return Indeterminate
    return Refused if body_error.is_about("idempotency_key_reused") else OutcomeUnknown


def error_of_response(
    kind: type[SkyReelsError], response: httpx.Response, body_error: ErrorBody, secret: str
) -> SkyReelsError:
    """Return an error of this kind with the response's details, without secrets."""
    detail = redact(body_error.message, secret)
    suffix = f": {detail}" if detail else f" (HTTP {response.status_code})"
    return kind(
        _with_full_stop(_MESSAGES[kind] + suffix),
        status_code=response.status_code,
        code=redact_secrets(body_error.code, secret),
        param=body_error.param,
        raw=redact(_start_of_body(response), secret),
        retry_after=read_retry_after(response.headers.get("Retry-After")),
    )


def _start_of_body(response: httpx.Response) -> str:
    """Return the start of the body. Its content type is ignored: it may name a non-text encoding such as `hex`."""
    return response.content[:MAX_READ_LENGTH].decode(errors="replace")


def _with_full_stop(text: str) -> str:
    """Return the text with a full stop, so that callers may append another sentence."""
    return text if text.endswith((".", "!", "?", "。")) else f"{text}."


def _seconds_until(date: str) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):  # a year or a zone of twenty digits
        return float("nan")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()


def _reason(failure: httpx.RequestError) -> str:
    """Return the kind of failure only, since its text may contain headers."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(failure).__name__).lower()
