"""A form field for each setting of a take."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from generation.composition.take_settings import TAKE_SETTINGS, TakeSetting

MAX_STORED_SECONDS = 32_767  # the maximum of the database column
# Form labels that differ from the setting's name in lists.
LABELS: Mapping[str, Any] = {"duration": _("Seconds"), "prompt_optimizer": _("Enhance prompt")}


class TakeSettingsForm(forms.Form):
    """A form with the settings of a take.

    With `accepts_any_length` a duration needs only to fit the database, as a draft's does; the composition reports
    durations that cannot be rendered.
    """

    accepts_any_length = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for setting in TAKE_SETTINGS:
            self.fields[setting.name] = _field(setting, any_length=self.accepts_any_length)


def _field(setting: TakeSetting, *, any_length: bool) -> forms.Field:
    label = LABELS.get(setting.name, setting.label)
    if setting.choices is not None:
        choices = list(setting.choices.items())
        return forms.ChoiceField(
            label=label, choices=choices, initial=setting.default, widget=forms.RadioSelect
        )
    if setting.limits is not None:
        limits = (0, MAX_STORED_SECONDS) if any_length else setting.limits
        return _seconds_field(setting, label, limits)
    return forms.BooleanField(label=label, required=False, initial=setting.default)


def _seconds_field(setting: TakeSetting, label: Any, limits: tuple[int, int]) -> forms.IntegerField:
    """Return a field that accepts `limits`; the browser offers the setting's own."""
    least, most = setting.limits or limits
    return forms.IntegerField(
        label=label,
        initial=setting.default,
        widget=forms.NumberInput(attrs={"min": least, "max": most, "inputmode": "numeric"}),
        error_messages={
            "required": _("Enter the duration in seconds."),
            "invalid": _("Enter the duration as a whole number of seconds."),
        },
        validators=[MinValueValidator(limits[0]), MaxValueValidator(limits[1])],
    )
