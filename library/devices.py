"""Known devices, on which a user has logged in before, identified by a signed cookie.

Their attempts are counted separately from all others on the same account, so that attackers who guess a password
cannot lock its owner out (OWASP: "Slow Down Online Guessing Attacks with Device Cookies"). It grants no access.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

REMEMBERED = timedelta(days=180)
SALT = "backlot.device"
_ATTRIBUTE = "_backlot_device_of"


def known(request: HttpRequest, account: int) -> str:
    """Return the device's ID if this account has logged in on it, else an empty string."""
    try:
        holder, device = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=REMEMBERED)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(device) if holder == account else ""


def remember(request: HttpRequest, account: int) -> None:
    """Set the device cookie on the response to this request, unless the device is already known."""
    if not known(request, account):
        setattr(request, _ATTRIBUTE, account)


def set_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie if `remember` was called."""
    account = getattr(request, _ATTRIBUTE, None)
    if account is None:
        return
    response.set_cookie(
        cookie_name(),
        signing.dumps((account, secrets.token_urlsafe(12)), salt=SALT),
        max_age=REMEMBERED,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def cookie_name() -> str:
    """Return the cookie's name; browsers tie the prefix to this host and HTTPS."""
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"
