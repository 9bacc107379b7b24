"""Change one's own password, which requires the old one."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from library.throttling import RateLimit

OLD_PASSWORDS = RateLimit("old-password", "10/5 minutes; 30/hour")


def throttled(request: HttpRequest) -> HttpResponse:
    """Show the admin's page, throttled so that the password cannot be guessed from an unattended session.

    Attempts are counted per account only, since only its own sessions reach this page. Raise TooManyAttempts.
    """
    change = admin.site.admin_view(admin.site.password_change)
    if request.method != "POST":
        return change(request)
    OLD_PASSWORDS.spend(request.user.pk)
    response = change(request)
    if response.status_code == 302:
        OLD_PASSWORDS.clear(request.user.pk)
    return response
