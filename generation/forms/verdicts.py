"""What a reviewer says of a take."""

from django import forms
from django.contrib.auth.models import User

from generation.models import Take, Verdict
from generation.reviews.verdicts import verdicts


class VerdictForm(forms.Form):
    """A decision, and why: needed unless it is approved."""

    decision = forms.ChoiceField(choices=Verdict.Decision.choices)
    reason = forms.CharField(required=False, max_length=verdicts.MAX_LETTERS, widget=forms.Textarea)

    def give(self, take: Take, *, by: User) -> Verdict | None:
        """The verdict; None when it is refused, which is then an error of this form."""
        values = self.cleaned_data
        try:
            return verdicts.decide(take, decision=values["decision"], by=by, reason=values["reason"])
        except verdicts.CannotDecide as refusal:
            self.add_error(refusal.field or None, str(refusal))
            return None
