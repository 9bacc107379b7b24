"""Pages for guests that show only a message: no such link, closed, paused, too many attempts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from library.passwords import HashingBusy
from library.throttling import TooManyAttempts


def not_found(request: HttpRequest) -> HttpResponse:
    """Return 404 without any hint of what might exist."""
    text = _(
        "This link does not exist. Check that you copied all of it, or contact the person who sent it to you."
    )
    return _page(request, _("Link not found"), text, status=404)


def closed(request: HttpRequest) -> HttpResponse:
    """Return 410: the link was revoked or has expired."""
    text = _("It has expired or was revoked. Ask the person who sent it to you for a new one.")
    return _page(request, _("This link is closed"), text, status=410)


def paused(request: HttpRequest) -> HttpResponse:
    """Return 403: the link is paused until an owner of the project takes it over."""
    text = _(
        "The project's team has to confirm it. Try again later, or contact the person who sent it to you."
    )
    return _page(request, _("This link is paused"), text, status=403)


def retry_later(request: HttpRequest, refusal: TooManyAttempts | HashingBusy) -> HttpResponse:
    """Return 429, or 503 if the server is too busy to check a password."""
    is_busy = isinstance(refusal, HashingBusy)
    heading = _("Too busy") if is_busy else _("Too many attempts")
    response = _page(
        request,
        heading,
        _("Your last attempt was not processed."),
        status=503 if is_busy else 429,
        seconds=refusal.retry_after,
    )
    response["Retry-After"] = str(refusal.retry_after)
    return response


def unsent_input(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what the guest typed, by field, since browsers cannot restore it on a page that must not be cached."""
    fields = ((_("Your note"), "text"), (_("Reason"), "reason"))
    return [(label, text) for label, name in fields if (text := request.POST.get(name, "").strip())]


def _page(request: HttpRequest, heading: str, text: str, *, status: int, **context: Any) -> HttpResponse:
    context |= {"heading": heading, "text": text, "unsent": unsent_input(request)}
    if context.get("seconds", 0) > 90:
        context["minutes"] = round(context["seconds"] / 60)
    return render(request, "generation/guests/message.html", context, status=status)
