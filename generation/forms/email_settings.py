"""When and where a person is sent e-mail."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import transaction

from generation.models import MailSettings
from generation.reviews.notifications.email_delivery import DAILY_AT

TOLD = {
    MailSettings.When.AT_ONCE: "At once",
    MailSettings.When.DAILY: "Daily",
    MailSettings.When.OFF: "Never",
}


class MailForm(forms.Form):
    """A person's address, and when what is told goes there."""

    when = forms.ChoiceField(
        label="Send me e-mail",
        choices=list(TOLD.items()),
        widget=forms.RadioSelect,
        help_text=f"Daily: one e-mail at {DAILY_AT}:00 UTC, if anything was said.",
    )
    email = forms.EmailField(
        label="To this address",
        required=False,
        max_length=254,
        help_text="Empty: none is sent. The inbox holds everything in any case.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        known = MailSettings.objects.filter(user=user).first()
        when = known.when if known else MailSettings.When.AT_ONCE
        super().__init__(*args, **{"initial": {"when": when, "email": user.email}, **kwargs})
        self.user = user

    @transaction.atomic
    def save(self) -> None:
        """Keep it. What waits for an e-mail goes by the new choice."""
        values = self.cleaned_data
        MailSettings.objects.update_or_create(user=self.user, defaults={"when": values["when"]})
        User.objects.filter(pk=self.user.pk).update(email=values["email"])
