"""Django's JavaScript catalogue, once for each language and with its version in the URL.

It defines `gettext`, `ngettext` and `interpolate`. A page links to the version for its language, so that browsers may
cache the file forever and caches never mix languages or versions.
"""

import hashlib
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.views.i18n import JavaScriptCatalog


class _OurCatalogue(JavaScriptCatalog):
    """Our own messages, without those of Django's admin."""

    packages = ["library"]

    def get_paths(self, packages: list[str]) -> list[Any]:
        return list(settings.LOCALE_PATHS)


@lru_cache(maxsize=8)
def content(language: str) -> bytes:
    """Return the script for one of the languages of the settings."""
    with translation.override(language):
        return bytes(_OurCatalogue().get(HttpRequest()).content)


@lru_cache(maxsize=8)
def version(language: str) -> str:
    """Return a short hash of the content."""
    return hashlib.sha256(content(language)).hexdigest()[:12]


def url() -> str:
    """Return the URL of the catalogue in the active language."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return reverse("library:javascript_catalogue", args=[language, version(language)])
