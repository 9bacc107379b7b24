"""The language of a request: the account's, then the browser's, then `BACKLOT_LANGUAGE`."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from library.languages.choice import chosen_language

# Responses to API clients are always in English, so that integrations and bug reports read the same everywhere.
ENGLISH_ONLY = ("/api/", "/v1/", "/hooks/", "/healthz", "/readyz", "/metrics")
# The same file for all users, cached for a long time.
LANGUAGE_IN_URL = ("/static/", "/i18n/")
# Guests of share links have no account here, even if the same browser is signed in to one.
GUESTS = ("/s/",)

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def use_browser_language(get_response: GetResponse) -> GetResponse:
    """Middleware for the whole chain: error pages of other middleware are translated too."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        before = translation.get_language()
        translation.activate(_browser_language(request))
        try:
            response = get_response(request)
            _name_language(request, response)
            return response
        finally:
            _restore(before)

    return respond


def use_account_language(get_response: GetResponse) -> GetResponse:
    """Middleware that comes after the authentication and prefers the user's own choice."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith((*ENGLISH_ONLY, *LANGUAGE_IN_URL, *GUESTS)):
            language = chosen_language(request.user)
            if language:
                translation.activate(language)
        return get_response(request)

    return respond


def _browser_language(request: HttpRequest) -> str:
    if request.path_info.startswith(ENGLISH_ONLY):
        return "en"
    return translation.get_language_from_request(request)


def _name_language(request: HttpRequest, response: HttpResponseBase) -> None:
    """Declare to caches what the response depends on."""
    if request.path_info.startswith(LANGUAGE_IN_URL):
        del response.headers["Vary"]  # on the session, which other middleware has read
        return
    if request.path_info.startswith(ENGLISH_ONLY):
        return
    patch_vary_headers(response, ("Accept-Language",))
    response.headers.setdefault("Content-Language", translation.get_language() or "")


def _restore(language: str | None) -> None:
    if language:
        translation.activate(language)
    else:
        translation.deactivate_all()
