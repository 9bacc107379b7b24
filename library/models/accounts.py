"""Preferences of accounts."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountSettings(models.Model):
    """The preferences that a user has set for the whole account. A user without a row has the defaults."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="account_settings")
    language = models.CharField(
        _("language"),
        max_length=16,
        choices=settings.LANGUAGES,
        blank=True,
        default="",
        help_text=_("Leave empty to use the language of the browser."),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("account settings")

    def __str__(self) -> str:
        return f"{self.user}"
