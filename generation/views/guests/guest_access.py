"""Who comes through a share link, and that nothing else opens by it.

No log-in is asked for here, and none helps: a member is a guest like any other. The token in the address says what is
seen; a signed cookie, which the browser sends to this link's addresses alone, says who sees it.
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
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from generation.models import Guest, ShareLink
from generation.reviews.sharing import share_links
from generation.views.guests.guest_limits import UNKNOWN_LINKS
from library.client_address import client_of
from library.passwords import HashingBusy
from library.throttling import TooManyAttempts

REMEMBERED = timedelta(days=180)

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Visit:
    """A guest at a link that is open."""

    link: ShareLink
    guest: Guest


def for_anyone(view: View) -> View:
    """The view is handed the link in place of its token, as long as it opens anything."""

    @login_not_required
    @wraps(view)
    def answer(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            found = _open_link(request, token)
            response = view(request, found, *args, **kwargs) if isinstance(found, ShareLink) else found
        except (TooManyAttempts, HashingBusy) as refusal:
            response = _retry_later(request, refusal)
        return _private(response)

    return answer


def for_guests(view: View) -> View:
    """The view is handed a visit; who gave no name yet is led to the page that asks for it."""

    @for_anyone
    @wraps(view)
    def answer(request: HttpRequest, link: ShareLink, *args: Any, **kwargs: Any) -> HttpResponse:
        guest = guest_of(request, link)
        if guest is None:
            return redirect(link)
        share_links.note_visit(guest)
        return view(request, Visit(link, guest), *args, **kwargs)

    return answer


def guest_of(request: HttpRequest, link: ShareLink) -> Guest | None:
    """Whom the cookie names, if it was made for this link; it holds for the password too, which was given then."""
    key = _remembered(request, link.token)
    known = Guest.objects.filter(link=link)
    if link.by_invitation:
        known = known.filter(voter__revoked_at=None, voter__isnull=False)
    guest = known.filter(key=key).first() if key else None
    if guest is not None:
        guest.link = link
    return guest


def remember(response: HttpResponse, guest: Guest) -> HttpResponse:
    """Lets the browser know the guest again, at this link alone and no longer than it opens."""
    until = timezone.now() + REMEMBERED
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


def _retry_later(request: HttpRequest, refusal: TooManyAttempts | HashingBusy) -> HttpResponse:
    is_busy = isinstance(refusal, HashingBusy)
    context = {
        "head": _("Too busy") if is_busy else _("Too many attempts"),
        "sentence": _("Your last attempt was not processed."),
        "seconds": refusal.retry_after,
        "typed": _typed(request),
    }
    response = render(request, "generation/guests/closed.html", context, status=503 if is_busy else 429)
    response["Retry-After"] = str(refusal.retry_after)
    return response


def around(visit: Visit) -> dict[str, Any]:
    """Return the context of every guest page."""
    return {"link": visit.link, "guest": visit.guest}


def nothing(request: HttpRequest) -> HttpResponse:
    """404, without a word on what there might be."""
    sentence = "Nothing lies at this address. See whether it was copied whole, or ask whoever sent it to you."
    context = {"head": "Nothing here", "sentence": sentence, "typed": _typed(request)}
    return render(request, "generation/guests/closed.html", context, status=404)


@require_safe
@login_not_required
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    """What begins like a link's address and is none: the app's own page would lead to its log-in."""
    return _private(nothing(request))


def _open_link(request: HttpRequest, token: str) -> ShareLink | HttpResponse:
    """Return the link, or the response if there is none. Raise TooManyAttempts.

    Clients that guess have to wait, even with a valid token. Known guests are exempt from the waits of others behind
    the same address, and so are all clients of a proxy that hides their addresses.
    """
    client = client_of(request)
    if _remembered(request, token) is None and not client.is_shared:
        UNKNOWN_LINKS.check(client.network)
    link = share_links.find(token)
    if link is None:
        UNKNOWN_LINKS.spend(client.network)
        return nothing(request)
    if not share_links.is_alive(link):
        return _gone(request)
    return _paused(request) if link.is_paused else link


def _gone(request: HttpRequest) -> HttpResponse:
    sentence = "It was taken back, or its time is over. Ask whoever sent it to you for a new one."
    context = {"head": "This link is closed", "sentence": sentence, "typed": _typed(request)}
    return render(request, "generation/guests/closed.html", context, status=410)


def _paused(request: HttpRequest) -> HttpResponse:
    """Return 403: the link is paused until an owner of the project takes it over."""
    context = {
        "head": _("This link is paused"),
        "sentence": _(
            "The project's team has to confirm it. Try again later, or contact the person who sent it to you."
        ),
        "typed": _typed(request),
    }
    return render(request, "generation/guests/closed.html", context, status=403)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What somebody wrote while the link was closed or lost its take: no browser keeps a page that nobody may keep."""
    named = {"Your note": "text", "Why": "reason"}
    return [(label, said) for label, name in named.items() if (said := request.POST.get(name, "").strip())]


def _remembered(request: HttpRequest, token: str) -> UUID | None:
    """The key in the cookie, if we signed it for this token."""
    signed = request.get_signed_cookie(
        settings.GUEST_COOKIE_NAME, default=None, salt=_salt(token), max_age=REMEMBERED
    )
    return UUID(signed) if signed else None


def _salt(token: str) -> str:
    """A cookie of another link is signed otherwise, so that it is no better than a forged one."""
    return f"generation.guest.{token}"


def _private(answer: HttpResponse) -> HttpResponse:
    """Kept by nobody on the way, found by no search engine. The address, which opens all this, is told to no other
    host; it is to our own, since browsers that tell nobody send forms as if from nowhere, and those are refused."""
    patch_cache_control(answer, private=True, no_store=True)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "same-origin"
    return answer
