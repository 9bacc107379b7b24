"""A person's API tokens: the list, a new one, which is shown once, and revoking one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
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
    """My tokens and the form for a new one, which this answer alone shows: it is neither kept nor sent elsewhere."""
    form = TokenForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made, secret = form.make()
        return _page(request, TokenForm(user=request.user), made=made, secret=secret, status=201)
    return _page(request, form, status=422 if form.errors else 200)


@require_POST
def token_revoke(request: Request, pk: int) -> HttpResponse:
    """Let a token of mine open nothing any more."""
    token = get_object_or_404(ApiToken, user=request.user, pk=pk)
    api_tokens.revoke(token)
    messages.success(request, f"“{token.name}” is revoked. Programs that send it are refused from now on.")
    return redirect("generation:tokens")


def _page(request: Request, form: TokenForm, *, status: int, **context: Any) -> HttpResponse:
    mine = ApiToken.objects.filter(user=request.user).select_related("project")
    shown = mine.filter(revoked_at=None)[:SHOWN]
    context |= {"form": form, "tokens": shown, "revoked": mine.exclude(revoked_at=None)[:SHOWN]}
    return render(request, "generation/account/tokens.html", context, status=status)
