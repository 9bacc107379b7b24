"""Errors of both APIs, in one shape: `{"error": {"code", "type", "message", "param"}}` (skyreels-api.md, section 3)."""

import math
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from pydantic import Field

from library.decoding import DecodersBusy
from library.ingest import OverQuota, WrongFiles
from library.storage import StorageFailed
from library.throttling import TooManyAttempts

TYPES = {
    401: "authentication_error",
    402: "insufficient_budget",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
    503: "server_error",
}
UNAVAILABLE = 503
RETRY_AFTER = 10  # seconds
TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
WHO_ARE_YOU = "Send an API token as `Authorization: Bearer <token>`. This one is missing, wrong or revoked."


class ErrorFacts(Schema):
    """What is wrong, for programs and for people."""

    code: str = Field(examples=["invalid_parameter"], description="for programs; does not change")
    type: str = Field(examples=["invalid_request_error"], description="which kind of error it is")
    message: str = Field(description="for people, in plain words")
    param: str | None = Field(
        examples=["ref_images.0.tag"], description="the path of the field, where it is one field's fault"
    )


class ErrorAnswer(Schema):
    """Every answer from 400 on."""

    error: ErrorFacts


class ApiError(Exception):
    """An answer in the shape of an error; nothing was done."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.param = status, code, message, param
        self.retry_after = retry_after


class Invalid(ApiError):
    """One value cannot be used; `param` is its path."""

    def __init__(self, param: str, message: str) -> None:
        super().__init__(422, "invalid_parameter", message, param=param or None)


class NotFound(ApiError):
    """There is no such thing, or not for this token."""

    def __init__(self, what: str) -> None:
        super().__init__(404, "not_found", f"There is no such {what} that this token may see.")


class Forbidden(ApiError):
    """It may be seen, but not changed."""

    def __init__(self, message: str) -> None:
        super().__init__(403, "forbidden", message)


class Conflict(ApiError):
    """It does not fit the present state; nothing was changed."""

    def __init__(self, code: str, message: str, *, param: str | None = None) -> None:
        super().__init__(409, code, message, param=param)


def answers(*statuses: int, **also: Any) -> dict[int, Any]:
    """Return the error responses of an operation, for the schema; 401, 429 and 503 apply to every operation."""
    return {status: ErrorAnswer for status in sorted({401, 429, UNAVAILABLE, *statuses})}


def error_response(error: ApiError) -> HttpResponse:
    """The answer itself."""
    facts = {
        "code": error.code,
        "type": TYPES.get(error.status, "invalid_request_error"),
        "message": error.message,
        "param": error.param,
    }
    response = JsonResponse({"error": facts}, status=error.status)
    retry_after = RETRY_AFTER if error.status == UNAVAILABLE else error.retry_after
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def refuse_form(form: BaseForm, names: dict[str, str] | None = None) -> ApiError:
    """What is wrong with a form that a page would show again: its first field, under the API's name for it.

    Raise DecodersBusy or StorageFailed when a valid file could not be accepted.
    """
    if isinstance(busy := getattr(form, "busy", None), DecodersBusy | StorageFailed):
        raise busy
    if getattr(form, "over_quota", False):
        return over_quota(" ".join(map(str, form.errors["files"])))
    field, messages = next(iter(form.errors.items()))
    param = (names or {}).get(field, field)
    return Invalid("" if param == "__all__" else param, " ".join(map(str, messages)))


def install(api: NinjaAPI) -> None:
    """Let every error of this API be answered in the one shape."""
    told: dict[type[Exception], Any] = {
        ApiError: _own,
        HttpError: _of_ninja,
        ValidationError: _wrong_types,
        Http404: _not_found,
        PermissionDenied: _forbidden,
        MultiPartParserError: _unreadable,
        UnreadablePostError: _unreadable,
        StorageFailed: _no_storage,
        DecodersBusy: _busy,
        OverQuota: _over_quota,
        WrongFiles: _wrong_files,
        TooManyAttempts: _too_many_attempts,
        **dict.fromkeys(TOO_LARGE, _too_large),
    }
    for kind, handler in told.items():
        api.add_exception_handler(kind, handler)


def _own(request: HttpRequest, error: ApiError) -> HttpResponse:
    return error_response(error)


def _of_ninja(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error, AuthenticationError):
        response = error_response(ApiError(401, "invalid_token", WHO_ARE_YOU))
        response["WWW-Authenticate"] = "Bearer"
        return response
    if isinstance(error, Throttled):
        return _wait("Too many requests. Wait, then try again.", math.ceil(error.wait or 1))
    # Whatever the parser says arrives wrapped.
    cause = error.__cause__
    if isinstance(cause, ApiError):
        return error_response(cause)
    return error_response(ApiError(error.status_code, "invalid_request", str(error)))


def _too_many_attempts(request: HttpRequest, error: TooManyAttempts) -> HttpResponse:
    return _wait(
        "Too many invalid tokens were sent from your IP address. Wait, then send a valid one.",
        error.retry_after,
    )


def _wait(message: str, seconds: int) -> HttpResponse:
    response = error_response(ApiError(429, "too_many_requests", message))
    response["Retry-After"] = str(seconds)
    return response


def _wrong_types(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0]
    param = _path(first["loc"])
    return error_response(Invalid(param, f"{param or 'The body'}: {first['msg']}"))


def _path(location: Iterable[Any]) -> str:
    """A field's path without where it was sent: `query`, `form`, `body` and the name of the whole body."""
    where, *names = location
    return ".".join(str(name) for name in (names[1:] if where == "body" else names))


def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return error_response(NotFound("thing"))


def _forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return error_response(Forbidden(str(error) or "This token's user does not have permission to do that."))


def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    message = "The body could not be read: it is cut off, or no form data of the kind that it says."
    return error_response(ApiError(400, "unreadable_body", message))


def _too_large(request: HttpRequest, error: Exception) -> HttpResponse:
    return error_response(ApiError(413, "too_large", "The request is too large, or has too many parts."))


def _no_storage(request: HttpRequest, error: StorageFailed) -> HttpResponse:
    message = "The file storage is unavailable. Nothing was saved; send the request again."
    return error_response(ApiError(503, "storage_unavailable", message))


def _busy(request: HttpRequest, error: DecodersBusy) -> HttpResponse:
    message = "Too many files are being processed. Nothing was saved; send the request again."
    response = error_response(ApiError(503, "decoders_busy", message))
    response["Retry-After"] = str(error.retry_after)
    return response


def over_quota(message: str) -> ApiError:
    """Return the error for a file that exceeds a storage quota; the message contains the figures."""
    return ApiError(413, "storage_quota", message)


def _over_quota(request: HttpRequest, error: OverQuota) -> HttpResponse:
    return error_response(over_quota(str(error)))


def _wrong_files(request: HttpRequest, error: WrongFiles) -> HttpResponse:
    return error_response(Invalid("files", str(error)))
