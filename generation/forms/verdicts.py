"""The form of a verdict."""

from django import forms
from django.contrib.auth.models import User

from generation.models import ReviewState, Take, Verdict
from generation.reviews.verdicts import verdicts


class VerdictForm(forms.Form):
    """A decision with a reason, which some decisions require."""

    decision = forms.ChoiceField(choices=ReviewState.verdict_choices)
    reason = forms.CharField(required=False, max_length=verdicts.MAX_LENGTH, widget=forms.Textarea)

    def save(self, take: Take, *, by: User) -> Verdict | None:
        """Record the verdict, or return None with an error on the form."""
        data = self.cleaned_data
        try:
            return verdicts.decide(take, decision=data["decision"], by=by, reason=data["reason"])
        except verdicts.CannotDecide as error:
            self.add_error(error.field or None, str(error))
            return None
