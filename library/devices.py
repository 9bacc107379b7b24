"""Devices on which somebody logged in before, by a signed cookie.

Whoever has it is counted apart from all others who try the same account, so that strangers who guess a password
cannot keep its owner out (OWASP: "Slow Down Online Guessing Attacks with Device Cookies"). It opens nothing.
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
    """Return the device's id if this account logged in on it, else nothing."""
    try:
        holder, device = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=REMEMBERED)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(device) if holder == account else ""


def remember(request: HttpRequest, account: int) -> None:
    """Have the response to this request name the device, unless it is known already."""
    if not known(request, account):
        setattr(request, _ATTRIBUTE, account)


def set_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie where `remember` asked for it."""
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
