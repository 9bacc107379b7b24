"""A user's API tokens: list, create and revoke them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from generation import api_tokens
from generation.forms import TokenForm
from generation.models import ApiToken
from generation.views.shared.access import Request

SHOWN = 100


@never_cache
@require_http_methods(["GET", "POST"])
def token_list(request: Request) -> HttpResponse:
    """List the user's tokens and create one. Only the response to that contains its secret, which is never stored."""
    form = TokenForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        token, secret = form.create()
        return _page(request, TokenForm(user=request.user), created=token, secret=secret, status=201)
    return _page(request, form, status=422 if form.errors else 200)


@require_POST
def token_revoke(request: Request, pk: int) -> HttpResponse:
    """Revoke one of the user's tokens."""
    token = get_object_or_404(ApiToken, user=request.user, pk=pk)
    api_tokens.revoke(token)
    text = _("Token “%(name)s” revoked. Requests that use it are now rejected.") % {"name": token.name}
    messages.success(request, text)
    return redirect("generation:tokens")


def _page(request: Request, form: TokenForm, *, status: int, **context: Any) -> HttpResponse:
    tokens = ApiToken.objects.filter(user=request.user).select_related("project")
    active, revoked = tokens.filter(revoked_at=None), tokens.exclude(revoked_at=None)
    context |= {"form": form, "tokens": active[:SHOWN], "revoked": revoked[:SHOWN]}
    return render(request, "generation/account/tokens.html", context, status=status)
