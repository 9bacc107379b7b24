"""E-mail settings, and unsubscribing with one click."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from generation.forms.email_settings import EmailSettingsForm
from generation.reviews.notifications import email_delivery, emails
from generation.views.shared.access import Request
from generation.views.shared.retry_later import refuse_unknown


@require_http_methods(["GET", "POST"])
def mail_settings(request: Request) -> HttpResponse:
    """Show and save when and where the user gets e-mail."""
    form = EmailSettingsForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("generation:mail_settings")
    return render(
        request, "generation/account/email_settings.html", {"form": form}, status=422 if form.errors else 200
    )


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop e-mail to the user of the token, on POST only: mail filters open every URL that they see.

    Mail clients post here without session or cookie (RFC 8058), so CSRF protection does not apply.
    """
    user = emails.user_of_token(token)
    if user is None:
        if refusal := refuse_unknown(request, "unsubscribe"):
            return refusal
        raise Http404
    if request.method == "POST":
        email_delivery.unsubscribe(user)
    return render(
        request,
        "generation/account/unsubscribe.html",
        {"recipient": user, "is_done": request.method == "POST"},
    )
