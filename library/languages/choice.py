"""The language of an account."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet

from library.models import AccountSettings


def chosen_language(user: User | AnonymousUser) -> str:
    """Return the language that the user has chosen, or an empty string.

    It costs no query for a user that `with_settings` has fetched.
    """
    chosen = getattr(user, "account_settings", None)
    return chosen.language if chosen and chosen.language in dict(settings.LANGUAGES) else ""


def language_of(user: User) -> str:
    """Return the language of text that a user reads outside a request, such as e-mails."""
    return chosen_language(user) or settings.LANGUAGE_CODE


def set_language(user: User, language: str) -> None:
    """Save the language; an empty string means that of the browser."""
    AccountSettings.objects.update_or_create(user=user, defaults={"language": language})


def with_settings(users: QuerySet[User]) -> QuerySet[User]:
    """Fetch the account settings in the same query."""
    return users.select_related("account_settings")
