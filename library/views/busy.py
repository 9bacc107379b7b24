"""What a request answers when too many files are being opened: 503, and when to try again."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from library import decoding, storage

UNAVAILABLE = 503


class RefuseWhenBusy:
    """Middleware: within a request a file waits seconds to be opened, not minutes; what waited in vain may be sent
    again. The APIs answer in their own shape."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with decoding.within_request():
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer DecodersBusy with a page."""
        if not isinstance(error, decoding.DecodersBusy):
            return None
        return with_retry(render(request, "busy.html", status=UNAVAILABLE), error)


def with_retry(
    response: HttpResponse, error: decoding.DecodersBusy | storage.StorageFailed | None
) -> HttpResponse:
    """Say on the response when to try again, and that it is unavailable until then, if something was missing."""
    if error is not None:
        response.status_code = UNAVAILABLE
        response["Retry-After"] = str(error.retry_after)
    return response
