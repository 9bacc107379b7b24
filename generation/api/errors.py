"""Errors of both APIs in one format: `{"error": {"code", "type", "message", "param"}}` (skyreels-api.md, section 3)."""

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
AUTHENTICATION_HELP = (
    "Send an API token as `Authorization: Bearer <token>`. This one is missing, wrong or revoked."
)


class ErrorDetails(Schema):
    """Details of an error."""

    code: str = Field(examples=["invalid_parameter"], description="stable code")
    type: str = Field(examples=["invalid_request_error"], description="kind of error")
    message: str = Field(description="explanation in English; may change")
    param: str | None = Field(
        examples=["ref_images.0.tag"], description="path of the field, if the error is about one field"
    )


class ErrorResponse(Schema):
    """The body of every response with a status of 400 or above."""

    error: ErrorDetails


class ApiError(Exception):
    """An error response; nothing was changed."""

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
    """One value is invalid; `param` is its path."""

    def __init__(self, param: str, message: str) -> None:
        super().__init__(422, "invalid_parameter", message, param=param or None)


class NotFound(ApiError):
    """The object does not exist, or the token has no access to it."""

    def __init__(self, what: str) -> None:
        super().__init__(404, "not_found", f"There is no such {what}, or this token has no access to it.")


class Forbidden(ApiError):
    """The object may be seen, but not changed."""

    def __init__(self, message: str) -> None:
        super().__init__(403, "forbidden", message)


class Conflict(ApiError):
    """The request does not fit the current state; nothing was changed."""

    def __init__(self, code: str, message: str, *, param: str | None = None) -> None:
        super().__init__(409, code, message, param=param)


def error_responses(*statuses: int, **also: Any) -> dict[int, Any]:
    """Return the error responses of an operation, for the schema; 401, 429 and 503 apply to every operation."""
    return {status: ErrorResponse for status in sorted({401, 429, UNAVAILABLE, *statuses})}


def error_response(error: ApiError) -> HttpResponse:
    """Return the response for an error."""
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


def form_error(form: BaseForm, names: dict[str, str] | None = None) -> ApiError:
    """Return the first error of an invalid form, with the API's name of its field.

    Raise DecodersBusy or StorageFailed when a valid file could not be accepted.
    """
    if isinstance(busy := getattr(form, "busy", None), DecodersBusy | StorageFailed):
        raise busy
    if getattr(form, "over_quota", False):
        return over_quota(" ".join(map(str, form.errors["files"])))
    field, messages = next(iter(form.errors.items()))
    param = (names or {}).get(field, field)
    return Invalid("" if param == "__all__" else param, " ".join(map(str, messages)))


def install_error_handlers(api: NinjaAPI) -> None:
    """Give all errors of this API the common format."""
    handlers: dict[type[Exception], Any] = {
        ApiError: _api_error,
        HttpError: _ninja_error,
        ValidationError: _validation_error,
        Http404: _not_found,
        PermissionDenied: _forbidden,
        MultiPartParserError: _unreadable_body,
        UnreadablePostError: _unreadable_body,
        StorageFailed: _storage_unavailable,
        DecodersBusy: _busy,
        OverQuota: _over_quota,
        WrongFiles: _wrong_files,
        TooManyAttempts: _too_many_attempts,
        **dict.fromkeys(TOO_LARGE, _too_large),
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _api_error(request: HttpRequest, error: ApiError) -> HttpResponse:
    return error_response(error)


def _ninja_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error, AuthenticationError):
        response = error_response(ApiError(401, "invalid_token", AUTHENTICATION_HELP))
        response["WWW-Authenticate"] = "Bearer"
        return response
    if isinstance(error, Throttled):
        return _wait("Too many requests. Wait, then try again.", math.ceil(error.wait or 1))
    # Errors of the parser arrive wrapped.
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


def _validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0]
    param = _path(first["loc"])
    return error_response(Invalid(param, f"{param or 'The body'}: {first['msg']}"))


def _path(location: Iterable[Any]) -> str:
    """Return a field's path without its origin: `query`, `form`, `body` and the name of the whole body."""
    where, *names = location
    return ".".join(str(name) for name in (names[1:] if where == "body" else names))


def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return error_response(NotFound("object"))


def _forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return error_response(Forbidden(str(error) or "This token's user does not have permission to do that."))


def _unreadable_body(request: HttpRequest, error: Exception) -> HttpResponse:
    message = "The body could not be read: it is incomplete, or not form data of the declared type."
    return error_response(ApiError(400, "unreadable_body", message))


def _too_large(request: HttpRequest, error: Exception) -> HttpResponse:
    return error_response(ApiError(413, "too_large", "The request is too large, or has too many parts."))


def _storage_unavailable(request: HttpRequest, error: StorageFailed) -> HttpResponse:
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
