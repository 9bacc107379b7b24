"""Middleware for pages that need a session."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import has_vary_header, patch_cache_control

from generation.views import stale_form


def prevent_shared_caching(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Mark responses that depend on the session as private and to be revalidated.

    After a log-out, browsers and proxies then show nothing from their caches. It comes before the session middleware,
    whose `Vary` header identifies these responses.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if has_vary_header(response, "Cookie") and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        return response

    return handle


class RequireLogin(LoginRequiredMiddleware):
    """Require a log-in for every page. A form that is submitted after the session ended gets the page for stale forms,
    since a redirect to the log-in page would lose the user's input."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:  # type: ignore[override]
        if request.method == "POST" and stale_form.has_input(request):
            return stale_form.stale_form(request)
        return super().handle_no_permission(request, view_func)
