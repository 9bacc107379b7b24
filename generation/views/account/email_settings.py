"""E-mail: when a person wants it, and getting no more of it by one click."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from generation.forms.email_settings import MailForm
from generation.reviews.notifications import email_delivery, emails
from generation.views.shared.access import Request
from generation.views.shared.retry_later import refuse_unknown


@require_http_methods(["GET", "POST"])
def mail_settings(request: Request) -> HttpResponse:
    """When and where I am sent e-mail."""
    form = MailForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "That is kept.")
        return redirect("generation:mail_settings")
    return render(
        request, "generation/account/email_settings.html", {"form": form}, status=422 if form.errors else 200
    )


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """No more e-mail for whoever the token was made for. Mail programs post here by themselves (RFC 8058), without
    session or cookie; looking at the page changes nothing, since mail filters open every address that they see."""
    person = emails.person_behind(token)
    if person is None:
        if refusal := refuse_unknown(request, "unsubscribe"):
            return refusal
        raise Http404
    if request.method == "POST":
        email_delivery.stop(person)
    return render(
        request,
        "generation/account/unsubscribe.html",
        {"person": person, "is_done": request.method == "POST"},
    )
