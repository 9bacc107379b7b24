"""From a failed exchange with the vendor to an error.

The vendor's number decides wherever it stands: as `code` inside HTTP 200, as `code` of a failed answer, or as the HTTP
status alone. A proxy may answer in HTML with nothing but a status.
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
from generation.skyreels.failures import Complaint, failed_answer

_FINE = {0, 200, 201, 202}
_NO_CREDITS = (402, 480)
_TOO_FAST = (429, 481)
_NO_SUCH_TASK = (400, 404, 422)
_ABOUT_THE_QUESTION = {"401", "402", "404", "429", "480", "481"}


def is_fine(response: httpx.Response, payload: object) -> bool:
    """Whether neither HTTP nor the `code` in the body speaks of a failure."""
    return response.is_success and _verdict(response, payload) == response.status_code


def tells_a_failed_task(payload: Mapping[str, object]) -> bool:
    """Whether an answer with a failure's code speaks of a render that failed, and not of the question.

    It must say `failed` of a task that it names: a paid render is not given up for a bad answer about it.
    """
    words = read_text(payload.get("status")).lower() == "failed" and bool(read_text(payload.get("task_id")))
    return words and read_text(payload.get("code")) not in _ABOUT_THE_QUESTION


def submit_failure(response: httpx.Response, payload: object, secret: str) -> SkyReelsError:
    """The error for an answer to a submit that is not a success."""
    return failed_answer(_submit_kind(_verdict(response, payload)), response, _complaint(payload), secret)


def query_failure(response: httpx.Response, payload: object, secret: str) -> SkyReelsError:
    """The error for an answer to a poll that is not a success."""
    verdict = _verdict(response, payload)
    kind: type[SkyReelsError] = UnknownTask if verdict in _NO_SUCH_TASK else Unavailable
    if verdict == 401:
        kind = KeyRejected
    elif verdict in _NO_CREDITS:
        kind = BalanceExhausted
    return failed_answer(kind, response, _complaint(payload), secret)


def _submit_kind(verdict: int) -> type[SkyReelsError]:
    if verdict == 401:
        return KeyRejected
    if verdict in _NO_CREDITS:
        return BalanceExhausted
    if verdict in _TOO_FAST:
        return NotSent
    # A code that nobody has written down may come after the work was begun.
    return Refused if 300 <= verdict < 500 and verdict != 408 else OutcomeUnknown


def _verdict(response: httpx.Response, payload: object) -> int:
    """The number that tells what happened: the body's, unless it is missing or a success that HTTP contradicts."""
    code = payload.get("code") if isinstance(payload, Mapping) else None
    if isinstance(code, str) and code.strip().isdecimal():
        code = int(code)
    if not isinstance(code, int) or isinstance(code, bool) or code in _FINE:
        return response.status_code
    return code


def _complaint(payload: object) -> Complaint:
    """What `{"code", "msg"}` says; the field of a broken rule stands in `detail`."""
    if not isinstance(payload, Mapping):
        return Complaint()
    detail = payload.get("detail")
    first = detail[0] if isinstance(detail, list) and detail else detail
    told = first.get("msg") if isinstance(first, Mapping) else first
    message = payload.get("msg") or payload.get("message") or told
    return Complaint(code=read_text(payload.get("code")), message=read_text(message), param=_param(first))


def _param(detail: object) -> str | None:
    """`["body", "ref_images", 0, "tag"]` as `ref_images.0.tag`."""
    place = detail.get("loc") if isinstance(detail, Mapping) else None
    if not isinstance(place, list):
        return None
    return ".".join(read_text(part) for part in place if part != "body") or None
