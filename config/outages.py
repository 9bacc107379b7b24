"""Responses while a required component is unavailable: 503 with `Retry-After`, as a page or as an API error.

Nothing here, including templates, may use the database.
"""

import logging
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.defaults import server_error

from generation import schema
from generation.api.errors import ApiError, error_response
from library.outage_log import log_outage
from library.storage import StorageFailed

# The probes report problems themselves, and static files need no component.
EXEMPT = ("/healthz", "/readyz", "/metrics", "/static/", "/i18n/")
APIS = ("/api/", "/v1/")

log = logging.getLogger("backlot.web")


@dataclass(frozen=True)
class Outage:
    """An unavailable component; `retry_after` is in seconds."""

    code: str
    title: str | Promise
    text: str | Promise
    retry_after: int = 10


STORAGE = Outage(
    "storage_unavailable",
    _("The file storage is unavailable"),
    _("Nothing was changed. Try again in a moment; what you typed is still in the form when you go back."),
)
DATABASE = Outage(
    "database_unavailable",
    _("The database is unavailable"),
    _("Nothing was changed. Try again in a moment; what you typed is still in the form when you go back."),
)
SCHEMA = Outage(
    "schema_mismatch",
    _("Backlot is being upgraded"),
    _(
        "The database is not ready for this version yet. If this message persists, ask your administrator to run "
        "manage.py doctor."
    ),
    retry_after=60,
)


class AnswerOutages:
    """Middleware that handles outages raised by views, and serves no page while the schema does not match."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(EXEMPT) and _schema_is_wrong():
            return unavailable(request, SCHEMA)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Handle an exception of a view."""
        outage = outage_behind(error)
        return unavailable(request, outage) if outage else None


def answer_error(request: HttpRequest) -> HttpResponse:
    """Handle an error outside the views, such as in the session; Django calls this inside its `except` block."""
    error = sys.exc_info()[1]
    outage = outage_behind(error) if error else None
    if outage:
        return unavailable(request, outage)
    if request.path_info.startswith(APIS):
        message = "An internal error occurred. The request may have been carried out in part."
        return error_response(ApiError(500, "internal_error", message))
    return server_error(request)


def outage_behind(error: BaseException) -> Outage | None:
    """Return the unavailable component, or None for other errors. Log the cause."""
    if isinstance(error, StorageFailed):  # logged where it occurred
        return STORAGE
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    if isinstance(error, OperationalError | InterfaceError) and not _is_wrong_query(error):
        # Without checking the schema, which would mean waiting again for a server that does not respond.
        log_outage(log, "database", error)
        return DATABASE
    schema.forget()
    return SCHEMA if _schema_is_wrong() else None


def unavailable(request: HttpRequest, outage: Outage) -> HttpResponse:
    """Return 503 in the format that the client expects."""
    if request.path_info.startswith(APIS):
        response = error_response(ApiError(503, outage.code, f"{outage.title}. {outage.text}"))
    else:
        response = render(request, "503.html", {"outage": outage}, status=503)
    response["Retry-After"] = str(outage.retry_after)
    response["Cache-Control"] = "no-store"
    # The cause is already logged; a traceback for each request would bury it.
    response._has_been_logged = True  # type: ignore[attr-defined]  # read by django.utils.log.log_response
    return response


def _is_wrong_query(error: BaseException) -> bool:
    """Return whether SQLite refused the statement itself, for which it also raises an operational error."""
    return getattr(error.__cause__, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR


def _schema_is_wrong() -> bool:
    try:
        status = schema.current_status()
    except Error:
        return False
    if not status.is_usable:
        log_outage(log, "schema", RuntimeError(status.detail))
    return not status.is_usable
