"""The cookie of messages for the next page, under a name that binds it to this host where the others are bound."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookieStorage(CookieStorage):
    """Django's own, with the prefix that the session's cookie has."""

    cookie_name = "__Host-messages" if settings.PRODUCTION else "messages"


class MessageStorage(FallbackStorage):
    """A cookie, or the session for what is too long for one."""

    storage_classes = (HostCookieStorage, SessionStorage)
