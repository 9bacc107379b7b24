"""Responses for clients that have to wait: 429 after too many attempts, 503 during too many concurrent log-ins."""

import logging
import math
from collections.abc import Callable

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from library import devices
from library.client_address import client_of
from library.passwords import HashingBusy
from library.throttling import UNKNOWN_SECRETS, TooManyAttempts

log = logging.getLogger("backlot.throttling")


class RetryLater:
    """Middleware that turns the two exceptions into a page, and sets the cookie of a known device."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        devices.set_cookie(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn exceptions of views into a response; guest pages and the APIs have their own formats."""
        if isinstance(error, TooManyAttempts):
            return _page(request, 429, error.retry_after)
        if isinstance(error, HashingBusy):
            return _page(request, 503, error.retry_after)
        return None


def refuse_unknown(request: HttpRequest, kind: str) -> HttpResponse | None:
    """Count an unknown secret; return a 429 in plain text once there were too many.

    Valid secrets are always accepted, so that other clients behind the same address are not affected.
    """
    try:
        UNKNOWN_SECRETS.spend(kind, client_of(request).network)
    except TooManyAttempts as refusal:
        text = "Too many requests with unknown URLs or tokens. Wait, then try again."
        headers = {"Retry-After": str(refusal.retry_after)}
        return HttpResponse(text, status=429, content_type="text/plain; charset=utf-8", headers=headers)
    except Error as error:
        # `/metrics` must work without the database, and random secrets are safe without counting.
        log.warning(
            "Unknown secrets are not counted, the database does not respond: %s", type(error).__name__
        )
    return None


def _page(request: HttpRequest, status: int, seconds: int) -> HttpResponse:
    context = {
        "seconds": seconds,
        "minutes": math.ceil(seconds / 60),
        "is_busy": status == 503,
        "back": request.get_full_path(),
    }
    response = render(request, "retry_later.html", context, status=status)
    response["Retry-After"] = str(seconds)
    return response
