"""The cookie of Django's messages, with a host-bound name where the other cookies have one."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookieStorage(CookieStorage):
    """Django's storage, with the name prefix of the session cookie."""

    cookie_name = "__Host-messages" if settings.PRODUCTION else "messages"


class MessageStorage(FallbackStorage):
    """A cookie, or the session for messages that are too long for one."""

    storage_classes = (HostCookieStorage, SessionStorage)
