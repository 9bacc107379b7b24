"""The language of the pages."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from library.languages import javascript, set_language
from library.views.access import Request

FOR_EVER = "public, max-age=31536000, immutable"


@require_POST
def language_set(request: Request) -> HttpResponse:
    """Save the chosen language of the account; an empty one is that of the browser. Return to the same page."""
    language = request.POST.get("language", "")
    if language and language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    set_language(request.user, language)
    return redirect(_next(request))


@login_not_required
@require_GET
def javascript_catalogue(request: HttpRequest, language: str, version: str) -> HttpResponse:
    """Return `gettext` for scripts. A page of an older version gets the present catalogue, which is not kept."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    response = HttpResponse(javascript.content(language), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = FOR_EVER if version == javascript.version(language) else "no-cache"
    return response


def _next(request: Request) -> str:
    """Return the path that the form names, if it is one of ours."""
    path = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(path, None)
    return path if is_ours else resolve_url(settings.LOGIN_REDIRECT_URL)
