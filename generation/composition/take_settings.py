"""The settings of a take, each defined once. Forms, summaries, shot lists and comparisons derive from `TAKE_SETTINGS`.

A new setting needs an entry here, a field of `Settings`, a column of `Job` with its migration, and its field in the
provider's request (`skyreels.requests`) and in the API schemas (`api.job_payload`, `api.job_schemas`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from generation.composition.take_request import Settings
from generation.skyreels import schemas

MODEL_LABELS: Mapping[str, Any] = {
    schemas.Model.FAST: gettext_lazy("Fast"),
    schemas.Model.STD: gettext_lazy("Standard"),
}


@dataclass(frozen=True)
class TakeSetting:
    """One setting; `name` is its field in `Settings`, `Job` and the provider's request.

    `choices` maps the provider's values to labels. A setting without choices is a whole number of seconds if it has
    limits, else a switch.
    """

    name: str
    label: Any
    choices: Mapping[str, Any] | None = None
    limits: tuple[int, int] | None = None

    @property
    def default(self) -> Any:
        """The value that a new take starts with."""
        return getattr(Settings(), self.name)

    def display(self, value: Any) -> str:
        """Return a value as it is shown."""
        if self.choices is not None:
            return str(self.choices.get(value, value))
        if self.limits is not None:
            return _("%(seconds)s s") % {"seconds": value}
        return _("on") if value else _("off")


def _same(values: Any) -> dict[str, str]:
    return {value.value: value.value for value in values}


TAKE_SETTINGS = (
    TakeSetting("model", gettext_lazy("Model"), choices=MODEL_LABELS),
    TakeSetting("resolution", gettext_lazy("Resolution"), choices=_same(schemas.Resolution)),
    TakeSetting("aspect_ratio", gettext_lazy("Aspect ratio"), choices=_same(schemas.AspectRatio)),
    TakeSetting("duration", gettext_lazy("Duration"), limits=(schemas.MIN_DURATION, schemas.MAX_DURATION)),
    TakeSetting("prompt_optimizer", gettext_lazy("Prompt enhancement")),
)
SETTING_NAMES = tuple(setting.name for setting in TAKE_SETTINGS)


class SettingRow(NamedTuple):
    """A setting as a page lists it."""

    label: str
    value: str


def setting_rows(source: object) -> list[SettingRow]:
    """Return label and value of each setting of a job, or of other objects with the same attributes."""
    return [
        SettingRow(str(setting.label), setting.display(getattr(source, setting.name)))
        for setting in TAKE_SETTINGS
    ]
