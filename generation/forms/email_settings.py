"""The form with which users choose when and where they get e-mail."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from generation.models import MailSettings
from generation.reviews.notifications.email_delivery import DAILY_HOUR

CHOICES = {
    MailSettings.When.AT_ONCE: _("Immediately"),
    MailSettings.When.DAILY: _("Daily"),
    MailSettings.When.OFF: _("Never"),
}


class EmailSettingsForm(forms.Form):
    """A user's e-mail address, and when notifications are sent to it."""

    when = forms.ChoiceField(
        label=_("Send me e-mail"),
        choices=list(CHOICES.items()),
        widget=forms.RadioSelect,
        help_text=format_lazy(
            _("Daily sends one summary at {hour}:00 UTC, if there is news."), hour=DAILY_HOUR
        ),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        help_text=_("Leave empty to turn e-mail off. Your inbox keeps everything."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        known = MailSettings.objects.filter(user=user).first()
        when = known.when if known else MailSettings.When.AT_ONCE
        super().__init__(*args, **{"initial": {"when": when, "email": user.email}, **kwargs})
        self.user = user

    @transaction.atomic
    def save(self) -> None:
        """Save the choice. It also applies to notifications that have not been mailed yet."""
        values = self.cleaned_data
        MailSettings.objects.update_or_create(user=self.user, defaults={"when": values["when"]})
        User.objects.filter(pk=self.user.pk).update(email=values["email"])
