"""URLs of both APIs. Unknown paths get an error in the API's format."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import path, re_path
from django.urls.resolvers import URLPattern
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from generation.api import gateway_api, json_api
from generation.api.errors import ApiError, NotFound, error_response

View = Callable[..., HttpResponseBase]
# The interactive documentation is a page, which requires log-in.
LOGIN_REQUIRED = "openapi-view"
# Ninja would serve these for any method.
READ_ONLY = {"openapi-json", "openapi-view", "api-root"}


@login_not_required
@csrf_exempt
def unknown_path(request: HttpRequest) -> HttpResponseBase:
    """Return 404 for a path that no call has."""
    return error_response(NotFound("endpoint"))


def api_view(view: View) -> View:
    """Return a view for API clients: no session, no CSRF check, and errors in the API's format."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **names: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **names)
        except Http404:
            return error_response(NotFound("endpoint"))
        if response.status_code != 405:
            return response
        refusal = error_response(
            ApiError(405, "method_not_allowed", f"{request.method} is not allowed here.")
        )
        refusal["Allow"] = ", ".join(sorted(response["Allow"].split(", ")))
        return refusal

    return login_not_required(csrf_exempt(wrapped))


def api_patterns(api: NinjaAPI) -> tuple[list[Any], str, str]:
    """Return the API's URL patterns, for `path`."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        if not isinstance(pattern, URLPattern):
            continue
        if pattern.name in READ_ONLY:
            pattern.callback = require_safe(pattern.callback)
        if pattern.name != LOGIN_REQUIRED:
            pattern.callback = api_view(pattern.callback)
    return patterns, app_name, str(namespace)


urlpatterns = [
    path("api/v1/", api_patterns(json_api.api)),
    path("v1/", api_patterns(gateway_api.api)),
    re_path(r"^(?:api|v1)/", unknown_path, name="unknown_call"),
]
