"""What the ledger is narrowed to: a project, a person, months."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.validators import MaxValueValidator, MinValueValidator

from generation.ledger import Chosen
from generation.models import Job
from library.models import Project

FIRST, LAST = date(2000, 1, 1), date(2999, 12, 1)


class MonthField(forms.DateField):
    """A month as `2026-11`; its value is the first day."""

    widget = forms.DateInput(format="%Y-%m", attrs={"type": "month", "placeholder": "2026-11"})

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m"],
            error_messages={"invalid": "Write the month as year and number, such as 2026-11."},
            validators=[MinValueValidator(FIRST), MaxValueValidator(LAST)],
        )


class LedgerForm(forms.Form):
    """Everything may be left empty: then nothing is left out."""

    project = forms.ModelChoiceField(
        Project.objects.none(), required=False, to_field_name="slug", empty_label="All projects"
    )
    person = forms.ModelChoiceField(
        User.objects.none(), required=False, to_field_name="username", empty_label="Everyone"
    )
    since = MonthField("From")
    until = MonthField("To")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Project.objects.visible_to(user)
        paying = User.objects.filter(pk__in=Job.objects.visible_to(user).values("created_by"))
        self.fields["project"].queryset = mine  # type: ignore[attr-defined]
        self.fields["person"].queryset = paying.order_by("username")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Months in their order. Raises ValidationError."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "The last month lies before the first one.")
        return cleaned

    def chosen(self) -> Chosen:
        """What was asked for; the form is valid."""
        asked = self.cleaned_data
        return Chosen(asked["project"], asked["person"], asked["since"], asked["until"])
