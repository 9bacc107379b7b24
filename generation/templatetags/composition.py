"""Labels for requests: settings, scenarios and the roles of assets."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from generation.composition import take_settings
from generation.composition.labels import SCENARIOS

register = template.Library()


@register.filter
def role_label(reference: Any) -> str:
    """`Keyframe at 4 s`, `Subject, own voice`: of a composition's reference or of a job's."""
    role = str(reference.get_role_display())
    if reference.role == "mid" and (reference.second or -1) > 0:
        role = _("%(role)s at %(second)s s") % {"role": role, "second": reference.second}
    elif reference.role == "mid":
        role = _("%(role)s at any time") % {"role": role}
    return _("%(role)s, own voice") % {"role": role} if reference.with_voice else role


@register.filter
def scenario_label(scenario: str) -> str:
    """Return the label of a scenario."""
    return str(SCENARIOS[scenario])


@register.filter
def setting_rows(job: object) -> list[take_settings.SettingRow]:
    """Return the settings of a job with their labels."""
    return take_settings.setting_rows(job)
