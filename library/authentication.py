"""Who logs in: throttled, logged, and without a difference between wrong names and wrong passwords.

It is done where Django compares passwords, so that every log-in page is covered, the admin's as well.
"""

import logging
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from library import devices, passwords
from library.client_address import Client, client_of
from library.throttling import Attempt, AttemptThrottle, TooManyAttempts

log = logging.getLogger("backlot.login")

LOGINS = AttemptThrottle.named(
    "login", per_client="10/5 minutes; 30/hour", of_client="60/hour", under_attack="100/hour"
)


class ThrottledBackend(ModelBackend):
    """Django's own users and passwords. Raises TooManyAttempts and HashingBusy, which a middleware answers."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> User | None:
        """Return the user, if the password is right. Without a request nobody on the network is asking."""
        username = username or more.get(User.USERNAME_FIELD)
        if request is None or username is None or password is None:
            return super().authenticate(request, username=username, password=password, **more)
        # Nothing is counted or looked up for who finds no slot, or a crowd would queue up for the database instead.
        with passwords.slots.taken():
            return self._attempt(request, username, password)

    def _attempt(self, request: HttpRequest, username: str, password: str) -> User | None:
        account = User.objects.filter(username=username).only("pk", "username").first()
        client = client_of(request)
        attempt = _begin(request, account, username, client)
        # One that is too long is wrong for every account, so it need not be compared.
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
    """Name an account that exists. What somebody typed for a name may be their password."""
    return f"account {account.username!r}" if account else "no such account"


def note_login(sender: type, request: HttpRequest, user: User, **signal: Any) -> None:
    """Log it, and let the device be known from now on."""
    log.info("Log-in: account %r, from %s", user.get_username(), client_of(request))
    devices.remember(request, user.pk)


user_logged_in.connect(note_login, dispatch_uid="backlot.login")
