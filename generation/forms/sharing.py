"""Forms with which members create a share link, change its watermark and invite voters."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from generation.forms.one_line import one_line
from generation.forms.share_targets import find_target, target_choices
from generation.models import Guest, ShareLink
from generation.reviews.sharing import share_links
from generation.reviews.sharing.share_links import CannotShare, Target, Terms
from library.forms.text import VisibleCharField
from library.models import Project

DEFAULT_DAYS, MAX_DAYS = 14, 365


class ShareForm(forms.Form):
    """The target of a link, its expiry, and what guests may do."""

    what = forms.CharField(label=_("What guests see"), widget=forms.Select)
    label = VisibleCharField(
        label=_("Label"),
        required=False,
        max_length=ShareLink._meta.get_field("label").max_length,
        help_text=_("For example the client's name. Guests do not see it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    days = forms.IntegerField(
        label=_("Days until it expires"),
        required=False,
        min_value=1,
        max_value=MAX_DAYS,
        initial=DEFAULT_DAYS,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            format_lazy(_("Enter a number from 1 to {most}."), most=MAX_DAYS),
        ),
    )
    until = forms.DateField(
        label=_("Or: last day"),
        required=False,
        help_text=_("Overrides the number of days (UTC)."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=100,
        help_text=format_lazy(
            _("At least {least} characters. It cannot be shown again, so send it to your guests."),
            least=share_links.MIN_PASSWORD_LENGTH,
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    allows_notes = forms.BooleanField(
        label=_("Write notes"),
        required=False,
        initial=True,
        help_text=_(
            "Guests of a link see each other's notes and your replies to them, but never the team's own notes."
        ),
    )
    allows_verdicts = forms.BooleanField(
        label=_("Give verdicts"),
        required=False,
        help_text=_("Guests' verdicts are advisory and do not change the status of a take."),
    )
    allows_download = forms.BooleanField(
        label=_("Download files"),
        required=False,
        help_text=_("If off, the download button is hidden; determined viewers can still save the stream."),
    )
    has_watermark = forms.BooleanField(
        label=_("Watermark"),
        required=False,
        help_text=_(
            "Burnt into every frame that guests of this link see or download. Preparing the videos takes about as long"
            " as their running time; guests see each one when it is ready."
        ),
    )
    watermark_text = VisibleCharField(
        label=_("Watermark text"),
        required=False,
        max_length=ShareLink._meta.get_field("watermark_text").max_length,
        help_text=_(
            "Visible to guests. Leave empty for the project and a number of the link. To trace leaks, create a link for"
            " each guest with the guest's name here."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    is_blind = forms.BooleanField(
        label=_("Blind vote"),
        required=False,
        help_text=_(
            "Guests see the takes without numbers, each in a different order, and choose one. Notes, verdicts and"
            " downloads are off. Results are shown to everyone when you close the vote."
        ),
    )

    by_invitation = forms.BooleanField(
        label=_("Voting by invitation only"),
        required=False,
        help_text=_(
            "For blind votes: each voter gets a personal URL, which casts one ballot. Otherwise everyone with the link"
            " can vote, and you see which ballots came from the same address."
        ),
    )

    def __init__(self, data: Any = None, *, project: Project, wanted: str = "") -> None:
        super().__init__(data, initial={"what": wanted or "project"})
        self.project = project
        chosen = str(self.data.get("what", "")) if self.is_bound else wanted
        self.fields["what"].widget.choices = target_choices(project, chosen)
        self.is_single_take = chosen.startswith("take:")

    def clean_what(self) -> Target:
        """Return the take, shot, playlist or project."""
        found = find_target(self.project, self.cleaned_data["what"])
        if found is None:
            raise forms.ValidationError(
                gettext("This is no longer in the project. Choose something from the list.")
            )
        return found

    def clean_watermark_text(self) -> str:
        """Return it in one line."""
        return one_line(self.cleaned_data["watermark_text"])

    def clean_until(self) -> date | None:
        """Return a day within the next `MAX_DAYS` days."""
        day: date | None = self.cleaned_data["until"]
        if day and day > timezone.now().date() + timedelta(days=MAX_DAYS):
            text = gettext("A link can be open for at most %(most)s days. Choose an earlier day.")
            raise forms.ValidationError(text % {"most": MAX_DAYS})
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not values.get("days") and not values.get("until") and not self.errors:
            self.add_error("days", gettext("Enter a number of days, or choose a day."))
        return values

    def create(self, *, by: User) -> ShareLink | None:
        """Return the new link, or None if the form has errors."""
        values = self.cleaned_data
        try:
            return share_links.share(
                values["what"],
                by=by,
                terms=self._terms(),
                expires_at=self._expires_at(),
                label=values["label"],
                password=values["password"],
            )
        except CannotShare as refusal:
            self.add_error(refusal.field or None, str(refusal))
            return None

    def _terms(self) -> Terms:
        values = self.cleaned_data
        return Terms(
            notes=values["allows_notes"],
            verdicts=values["allows_verdicts"],
            download=values["allows_download"],
            watermark=values["has_watermark"],
            blind=values["is_blind"],
            by_invitation=values["by_invitation"],
            mark=values["watermark_text"],
        )

    def _expires_at(self) -> datetime:
        values = self.cleaned_data
        if values["until"]:
            return datetime.combine(values["until"] + timedelta(days=1), time.min, UTC)
        return timezone.now() + timedelta(days=values["days"])


class WatermarkForm(forms.Form):
    """A new watermark text for a link."""

    watermark_text = VisibleCharField(
        required=False, max_length=ShareLink._meta.get_field("watermark_text").max_length
    )

    def clean_watermark_text(self) -> str:
        """Return it in one line, if it can be drawn."""
        mark = one_line(self.cleaned_data["watermark_text"])
        try:
            share_links.check_mark(mark)
        except CannotShare as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return mark


class VotersForm(forms.Form):
    """Voters to invite to a blind vote: names, one per line, and a number of unnamed voters."""

    names = forms.CharField(
        label=_("Names, one per line"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "dir": "auto"}),
    )
    unnamed = forms.IntegerField(
        label=_("Number of unnamed voters"),
        required=False,
        min_value=0,
        max_value=200,
        initial=0,
    )

    def clean_names(self) -> list[str]:
        """Return the names, each in one line and not too long."""
        names = [name for line in self.cleaned_data["names"].splitlines() if (name := one_line(line))]
        longest = Guest._meta.get_field("name").max_length or 0
        if too_long := next((name for name in names if len(name) > longest), None):
            raise forms.ValidationError(
                gettext("“%(name)s” is longer than %(most)d characters.")
                % {"name": too_long, "most": longest}
            )
        return names

    def invited(self) -> list[str]:
        """Return the names of all invited voters; empty strings for unnamed ones."""
        return [*self.cleaned_data["names"], *[""] * (self.cleaned_data["unnamed"] or 0)]
