"""Changing one's own password, which asks for the old one."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from library.throttling import RateLimit

OLD_PASSWORDS = RateLimit("old-password", "10/5 minutes; 30/hour")


def throttled(request: HttpRequest) -> HttpResponse:
    """The admin's page, on which whoever finds a session open must not guess the password.

    The account alone is counted: only its own sessions come here. Raises TooManyAttempts.
    """
    change = admin.site.admin_view(admin.site.password_change)
    if request.method != "POST":
        return change(request)
    OLD_PASSWORDS.spend(request.user.pk)
    response = change(request)
    if response.status_code == 302:
        OLD_PASSWORDS.clear(request.user.pk)
    return response
