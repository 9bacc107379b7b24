"""The languages in templates."""

from django import template
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User

from library.languages import javascript
from library.languages.choice import chosen_language

register = template.Library()


@register.simple_tag
def javascript_catalogue() -> str:
    """Return the URL of the script with `gettext` in the active language. Load it before the modules."""
    return javascript.url()


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """Return code and native name of every language."""
    return list(settings.LANGUAGES)


@register.filter
def account_language(user: User | AnonymousUser) -> str:
    """Return the language that the user has chosen, or an empty string."""
    return chosen_language(user)
