"""The filter of the scoreboard: a project and a month."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from generation.forms.ledger import MonthField
from generation.ledger.entries import month_after, start_of
from generation.reviews.reports.scores import Chosen
from library.models import Project


class ScoreForm(forms.Form):
    """The filter; empty fields do not filter."""

    project = forms.ModelChoiceField(
        Project.objects.none(),
        label=_("Project"),
        required=False,
        to_field_name="slug",
        empty_label=_("All projects"),
    )
    month = MonthField(_("Month"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.visible_to(user)  # type: ignore[attr-defined]

    def chosen(self) -> Chosen:
        """Return the filter of a valid form."""
        project, month = self.cleaned_data["project"], self.cleaned_data["month"]
        if month is None:
            return Chosen(project)
        return Chosen(project, start_of(month), start_of(month_after(month)))
