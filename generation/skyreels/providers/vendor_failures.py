"""Turn the vendor's error responses into errors.

The vendor's number is decisive wherever it is: as `code` inside HTTP 200, as `code` of an error response, or as the
HTTP status alone. A proxy may respond with HTML and nothing but a status.
"""

from collections.abc import Mapping

import httpx

from generation.skyreels.clean_text import read_text
from generation.skyreels.errors import (
    BalanceExhausted,
    KeyRejected,
    NotSent,
    OutcomeUnknown,
    Refused,
    SkyReelsError,
    Unavailable,
    UnknownTask,
)
from generation.skyreels.failures import ErrorBody, error_of_response

_SUCCESS_CODES = {0, 200, 201, 202}
_NO_CREDITS = (402, 480)
_RATE_LIMITED = (429, 481)
_UNKNOWN_TASK = (400, 404, 422)
_QUERY_ERRORS = {"401", "402", "404", "429", "480", "481"}


def is_success(response: httpx.Response, payload: object) -> bool:
    """Return whether both the HTTP status and the `code` in the body mean success."""
    return response.is_success and _error_code(response, payload) == response.status_code


def reports_failed_task(payload: Mapping[str, object]) -> bool:
    """Return whether an error code is about a failed render rather than about the query.

    The response must say `failed` for a task that it names: a paid render is not given up for an invalid response.
    """
    is_failed = read_text(payload.get("status")).lower() == "failed" and bool(
        read_text(payload.get("task_id"))
    )
    return is_failed and read_text(payload.get("code")) not in _QUERY_ERRORS


def submit_failure(response: httpx.Response, payload: object, secret: str) -> SkyReelsError:
    """Return the error for an unsuccessful response to a submit."""
    return error_of_response(
        _submit_kind(_error_code(response, payload)), response, _error_body(payload), secret
    )


def query_failure(response: httpx.Response, payload: object, secret: str) -> SkyReelsError:
    """Return the error for an unsuccessful response to a poll."""
    error_code = _error_code(response, payload)
    kind: type[SkyReelsError] = UnknownTask if error_code in _UNKNOWN_TASK else Unavailable
    if error_code == 401:
        kind = KeyRejected
    elif error_code in _NO_CREDITS:
        kind = BalanceExhausted
    return error_of_response(kind, response, _error_body(payload), secret)


def _submit_kind(error_code: int) -> type[SkyReelsError]:
    if error_code == 401:
        return KeyRejected
    if error_code in _NO_CREDITS:
        return BalanceExhausted
    if error_code in _RATE_LIMITED:
        return NotSent
    # An undocumented code may come after processing has started.
    return Refused if 300 <= error_code < 500 and error_code != 408 else OutcomeUnknown


def _error_code(response: httpx.Response, payload: object) -> int:
    """Return the body's code, or the HTTP status if it is missing or claims a success that HTTP contradicts."""
    code = payload.get("code") if isinstance(payload, Mapping) else None
    if isinstance(code, str) and code.strip().isdecimal():
        code = int(code)
    if not isinstance(code, int) or isinstance(code, bool) or code in _SUCCESS_CODES:
        return response.status_code
    return code


def _error_body(payload: object) -> ErrorBody:
    """Read `{"code", "msg"}`; the field of a broken rule is in `detail`."""
    if not isinstance(payload, Mapping):
        return ErrorBody()
    detail = payload.get("detail")
    first = detail[0] if isinstance(detail, list) and detail else detail
    detail_message = first.get("msg") if isinstance(first, Mapping) else first
    message = payload.get("msg") or payload.get("message") or detail_message
    return ErrorBody(code=read_text(payload.get("code")), message=read_text(message), param=_param(first))


def _param(detail: object) -> str | None:
    """Return `["body", "ref_images", 0, "tag"]` as `ref_images.0.tag`."""
    location = detail.get("loc") if isinstance(detail, Mapping) else None
    if not isinstance(location, list):
        return None
    return ".".join(read_text(part) for part in location if part != "body") or None
