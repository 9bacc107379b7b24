"""The addresses of both APIs. What they do not know, they say in their own shape."""

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
# The page with the calls to try out is a page like any other: for those who are logged in.
CLOSED = "openapi-view"
# Ninja answers these whatever the method.
READ_ALONE = {"openapi-json", "openapi-view", "api-root"}


@login_not_required
@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponseBase:
    """No call has this address."""
    return error_response(NotFound("call"))


def in_shape(view: View) -> View:
    """A view of an API: tokens open it, neither sessions nor forms, and a wrong method is told in the API's shape."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **names: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **names)
        except Http404:
            return error_response(NotFound("call"))
        if response.status_code != 405:
            return response
        told = error_response(ApiError(405, "method_not_allowed", f"{request.method} does nothing here."))
        told["Allow"] = ", ".join(sorted(response["Allow"].split(", ")))
        return told

    return login_not_required(csrf_exempt(answered))


def opened(api: NinjaAPI) -> tuple[list[Any], str, str]:
    """The API's addresses, for `path`."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        if not isinstance(pattern, URLPattern):
            continue
        if pattern.name in READ_ALONE:
            pattern.callback = require_safe(pattern.callback)
        if pattern.name != CLOSED:
            pattern.callback = in_shape(pattern.callback)
    return patterns, app_name, str(namespace)


urlpatterns = [
    path("api/v1/", opened(json_api.api)),
    path("v1/", opened(gateway_api.api)),
    re_path(r"^(?:api|v1)/", unknown, name="unknown_call"),
]
