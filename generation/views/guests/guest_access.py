"""Access to a share link: the token in the URL decides what is shown, a signed cookie who the guest is.

No login is needed here, and none makes a difference: members are guests like everyone else. Browsers send the cookie
only to the URLs of its link.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from generation.models import Guest, ShareLink
from generation.reviews.sharing import guests, share_links
from generation.views.guests import guest_messages
from generation.views.guests.guest_limits import UNKNOWN_LINKS
from library.client_address import client_of
from library.passwords import HashingBusy
from library.throttling import TooManyAttempts

COOKIE_LIFETIME = timedelta(days=180)

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Visit:
    """A guest at an open link."""

    link: ShareLink
    guest: Guest


def with_link(view: View) -> View:
    """Pass the link to the view instead of its token. Without an open link, the view is not called."""

    @login_not_required
    @wraps(view)
    def wrapped(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            found = _open_link(request, token)
            response = view(request, found, *args, **kwargs) if isinstance(found, ShareLink) else found
        except (TooManyAttempts, HashingBusy) as refusal:
            response = guest_messages.retry_later(request, refusal)
        return _make_private(response)

    return wrapped


def guests_only(view: View) -> View:
    """Pass a visit to the view. Redirect visitors who have not entered a name yet to the page that requests it."""

    @with_link
    @wraps(view)
    def wrapped(request: HttpRequest, link: ShareLink, *args: Any, **kwargs: Any) -> HttpResponse:
        guest = guest_of(request, link)
        if guest is None:
            return redirect(link)
        guests.record_visit(guest)
        return view(request, Visit(link, guest), *args, **kwargs)

    return wrapped


def guest_of(request: HttpRequest, link: ShareLink) -> Guest | None:
    """Return the guest of the cookie, if it belongs to this link. It proves the password as well, entered earlier."""
    key = _cookie_key(request, link.token)
    known = Guest.objects.filter(link=link)
    if link.by_invitation:
        known = known.filter(voter__revoked_at=None, voter__isnull=False)
    guest = known.filter(key=key).first() if key else None
    if guest is not None:
        guest.link = link
    return guest


def set_guest_cookie(response: HttpResponse, guest: Guest) -> HttpResponse:
    """Set the cookie that identifies the guest, for this link only and at most until it expires."""
    until = timezone.now() + COOKIE_LIFETIME
    ends = min(until, guest.link.expires_at or until)
    response.set_signed_cookie(
        settings.GUEST_COOKIE_NAME,
        str(guest.key),
        salt=_salt(guest.link.token),
        max_age=ends - timezone.now(),
        path=guest.link.get_absolute_url(),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def guest_context(visit: Visit) -> dict[str, Any]:
    """Return the context of every guest page."""
    return {"link": visit.link, "guest": visit.guest}


@require_safe
@login_not_required
def unknown_path(request: HttpRequest, rest: str) -> HttpResponse:
    """Return 404 for malformed URLs of links. The app's own page would lead to its login."""
    return _make_private(guest_messages.not_found(request))


def _open_link(request: HttpRequest, token: str) -> ShareLink | HttpResponse:
    """Return the link, or the response if there is none. Raise TooManyAttempts.

    Clients that guess have to wait, even with a valid token. Known guests are exempt from the waits of others behind
    the same IP address, and so are all clients of a proxy that hides their IP addresses.
    """
    client = client_of(request)
    if _cookie_key(request, token) is None and not client.is_shared:
        UNKNOWN_LINKS.check(client.network)
    link = share_links.find(token)
    if link is None:
        UNKNOWN_LINKS.spend(client.network)
        return guest_messages.not_found(request)
    if not share_links.is_alive(link):
        return guest_messages.closed(request)
    return guest_messages.paused(request) if link.is_paused else link


def _cookie_key(request: HttpRequest, token: str) -> UUID | None:
    """Return the key in the cookie, if we signed it for this token."""
    signed = request.get_signed_cookie(
        settings.GUEST_COOKIE_NAME, default=None, salt=_salt(token), max_age=COOKIE_LIFETIME
    )
    return UUID(signed) if signed else None


def _salt(token: str) -> str:
    """Return a salt per link, so that a cookie of another link is as invalid as a forged one."""
    return f"generation.guest.{token}"


def _make_private(response: HttpResponse) -> HttpResponse:
    """Forbid caching and indexing, and hide the URL, which is a secret, from other hosts.

    Our own host gets the referrer: without it, browsers send forms with `Origin: null`, which is refused.
    """
    patch_cache_control(response, private=True, no_store=True)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response
