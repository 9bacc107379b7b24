"""Responses while too many files are being processed: 503 with `Retry-After`."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from library import decoding, storage

UNAVAILABLE = 503


class RefuseWhenBusy:
    """Middleware that limits how long a request waits for a decoder to seconds; then the client may retry.

    The APIs use their own error formats."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with decoding.within_request():
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Render a page for DecodersBusy."""
        if not isinstance(error, decoding.DecodersBusy):
            return None
        return with_retry(render(request, "busy.html", status=UNAVAILABLE), error)


def with_retry(
    response: HttpResponse, error: decoding.DecodersBusy | storage.StorageFailed | None
) -> HttpResponse:
    """Set status 503 and `Retry-After` on the response if a component was unavailable."""
    if error is not None:
        response.status_code = UNAVAILABLE
        response["Retry-After"] = str(error.retry_after)
    return response
