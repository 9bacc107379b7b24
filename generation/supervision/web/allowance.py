"""The maximum size of a request body, by user and endpoint."""

import logging
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.core.handlers.wsgi import WSGIRequest, get_path_info
from django.db import Error, close_old_connections
from django.urls import Resolver404, resolve

from generation import api_tokens
from generation.supervision.web.body import Refused
from generation.supervision.web.wsgi import Environ
from library.outage_log import log_outage

log = logging.getLogger("backlot.web")

# The views that accept files; all others accept forms and JSON.
UPLOADS = frozenset(
    {
        "library:new",
        "library:upload",
        "library:uploads",
        "library:add_version",
        "library:import",
        # django-ninja names a URL after its first operation.
        "api:list_assets",
        "api:add_version",
    }
)


def allowance(environ: Environ) -> int:
    """Return the maximum body size in bytes, for bodies beyond the anonymous limit.

    Raise Refused while the database is unavailable, since the user cannot be determined.
    """
    close_old_connections()
    try:
        if not is_signed_in(environ):
            return settings.MAX_ANONYMOUS_BYTES
    except Error as error:
        log_outage(log, "database", error)
        raise Refused(503) from error
    return settings.MAX_UPLOAD_BYTES if takes_files(get_path_info(environ)) else settings.MAX_BODY_BYTES


def is_signed_in(environ: Environ) -> bool:
    """Return whether the session or API token is valid. Guests of share links have neither and cannot upload."""
    scheme, _, secret = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer" and api_tokens.find(secret.strip()):
        return True
    request = WSGIRequest(environ)
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    # Read only: `get_user` would move a session signed with a fallback secret key to a new session key, which the
    # browser would never receive.
    session.cycle_key = session.flush = lambda: None
    request.session = session
    return bool(key) and get_user(request).is_authenticated


def takes_files(path: str) -> bool:
    """Return whether the view at this path accepts uploads."""
    try:
        return resolve(path).view_name in UPLOADS
    except Resolver404:
        return False
