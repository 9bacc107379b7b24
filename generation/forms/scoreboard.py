"""What the scoreboard is narrowed to: a project and a month."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from generation.forms.ledger import MonthField
from generation.ledger.entries import month_after, start_of
from generation.reviews.reports.scores import Chosen
from library.models import Project


class ScoreForm(forms.Form):
    """Everything may be left empty: then nothing is left out."""

    project = forms.ModelChoiceField(
        Project.objects.none(), required=False, to_field_name="slug", empty_label="All projects"
    )
    month = MonthField("Month")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.visible_to(user)  # type: ignore[attr-defined]

    def chosen(self) -> Chosen:
        """What was asked for; the form is valid."""
        project, month = self.cleaned_data["project"], self.cleaned_data["month"]
        if month is None:
            return Chosen(project)
        return Chosen(project, start_of(month), start_of(month_after(month)))
