"""Middleware for requests whose body the server refused: responds with a page or an API error."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from config.outages import DATABASE, unavailable
from generation.api.errors import ApiError, error_response
from generation.supervision.web.application import REFUSED
from generation.supervision.web.body import Refused
from generation.supervision.web.limits import MB

API = ("/api/", "/v1/")
CODES = {400: "invalid_length", 408: "request_timeout", 413: "too_large"}


def refuse_unread_bodies(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that comes before sessions and views, since neither may handle a request with an unread body."""

    def respond(request: HttpRequest) -> HttpResponse:
        refusal: Refused | None = request.META.get(REFUSED)
        return refused(request, refusal) if refusal else get_response(request)

    return respond


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    if refusal.status == 503:
        return unavailable(request, DATABASE)
    head, sentence = _texts(refusal)
    if request.path.startswith(API):
        return error_response(ApiError(refusal.status, CODES[refusal.status], sentence))
    if not request.accepts("text/html"):
        # The script of the upload page reads `problem`, as for unusable files.
        return JsonResponse({"problem": sentence}, status=refusal.status)
    context = {"head": head, "sentence": sentence}
    return render(request, "refused.html", context, status=refusal.status)


def _texts(refusal: Refused) -> tuple[str, str]:
    if refusal.status == 413:
        sentence = _(
            "You may send at most %(limit)s MB to this page. Nothing was saved. "
            "To upload files, log in first; otherwise send less at once."
        )
        return _("Too large"), sentence % {"limit": f"{refusal.limit / MB:g}"}
    if refusal.status == 408:
        return _("Too slow"), _("The request took too long to arrive. Nothing was saved. Send it again.")
    return _("Bad request"), _(
        "The request does not have the length that it announced. Nothing was saved. Send it again."
    )
