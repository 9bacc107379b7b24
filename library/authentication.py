"""Log-ins: throttled, logged, and with the same response to unknown names and wrong passwords.

This happens where Django compares passwords, so that every log-in page is covered, including the admin's.
"""

import logging
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from library import devices, passwords
from library.client_address import Client, client_of
from library.languages.choice import with_settings
from library.throttling import Attempt, AttemptThrottle, TooManyAttempts

log = logging.getLogger("backlot.login")

LOGINS = AttemptThrottle.named(
    "login", per_client="10/5 minutes; 30/hour", of_client="60/hour", under_attack="100/hour"
)


class ThrottledBackend(ModelBackend):
    """Django's users and passwords. Raises TooManyAttempts and HashingBusy, which a middleware handles."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> User | None:
        """Return the user if the password is right. Without a request, the call is not throttled."""
        username = username or more.get(User.USERNAME_FIELD)
        if request is None or username is None or password is None:
            return super().authenticate(request, username=username, password=password, **more)
        # Clients without a slot cause no counting or look-ups, or they would queue up for the database instead.
        with passwords.slots.taken():
            return self._attempt(request, username, password)

    def get_user(self, user_id: int) -> User | None:
        """Return the user of a session, with the account settings that every page needs."""
        user = with_settings(User.objects.filter(pk=user_id)).first()
        return user if user and self.user_can_authenticate(user) else None

    def _attempt(self, request: HttpRequest, username: str, password: str) -> User | None:
        account = User.objects.filter(username=username).only("pk", "username").first()
        client = client_of(request)
        attempt = _begin(request, account, username, client)
        # A password that is too long is wrong for every account, so it need not be compared.
        fits = len(password) <= passwords.MAX_LENGTH
        user = super().authenticate(request, username=username, password=password) if fits else None
        if user is None:
            log.warning("Failed log-in: %s, from %s", _named(account), client)
        else:
            attempt.succeeded()
        return user


def _begin(request: HttpRequest, account: User | None, username: str, client: Client) -> Attempt:
    subject = f"account {account.pk}" if account else f"name {username.casefold()}"
    device = devices.known(request, account.pk) if account else ""
    try:
        return LOGINS.begin(subject, client, device=device)
    except TooManyAttempts as refusal:
        log.warning("Refused log-in for %d s: %s, from %s", refusal.retry_after, _named(account), client)
        raise


def _named(account: User | None) -> str:
    """Return the name of an existing account. Unknown names are not logged, since they may be mistyped passwords."""
    return f"account {account.username!r}" if account else "no such account"


def note_login(sender: type, request: HttpRequest, user: User, **signal: Any) -> None:
    """Log the log-in and remember the device."""
    log.info("Log-in: account %r, from %s", user.get_username(), client_of(request))
    devices.remember(request, user.pk)


user_logged_in.connect(note_login, dispatch_uid="backlot.login")
