"""Filters of the ledger page: project, user, months."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from generation.ledger import Filters
from generation.models import Job
from library.models import Project

FIRST, LAST = date(2000, 1, 1), date(2999, 12, 1)


class MonthField(forms.DateField):
    """A month such as `2026-11`; its value is the first day."""

    widget = forms.DateInput(format="%Y-%m", attrs={"type": "month", "placeholder": "2026-11"})

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m"],
            error_messages={"invalid": _("Enter the month as year and number, such as 2026-11.")},
            validators=[MinValueValidator(FIRST), MaxValueValidator(LAST)],
        )


class LedgerForm(forms.Form):
    """All filters are optional."""

    project = forms.ModelChoiceField(
        Project.objects.none(),
        required=False,
        to_field_name="slug",
        label=_("Project"),
        empty_label=_("All projects"),
    )
    person = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        to_field_name="username",
        label=_("Member"),
        empty_label=_("All members"),
    )
    since = MonthField(_("From"))
    until = MonthField(_("To"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        projects = Project.objects.visible_to(user)
        users_with_jobs = User.objects.filter(pk__in=Job.objects.visible_to(user).values("created_by"))
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        self.fields["person"].queryset = users_with_jobs.order_by("username")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check that the months are in order."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last month is before the first one."))
        return cleaned

    def filters(self) -> Filters:
        """Return the filters of a valid form."""
        values = self.cleaned_data
        return Filters(values["project"], values["person"], values["since"], values["until"])
