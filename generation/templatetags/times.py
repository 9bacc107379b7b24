"""Durations, and positions in a video."""

from datetime import timedelta

from django import template
from django.utils.translation import gettext as _

from generation.models import Take
from generation.reviews import timecode

register = template.Library()


@register.filter
def lasting(length: timedelta) -> str:
    """Return `4 s`, `1 min 12 s` or `2 h 5 min` in the language of the page."""
    total = max(0, round(length.total_seconds()))
    parts = {"hours": total // 3600, "minutes": total // 60 % 60, "seconds": total % 60}
    if parts["hours"]:
        return _("%(hours)d h %(minutes)d min") % parts
    if parts["minutes"]:
        return _("%(minutes)d min %(seconds)d s") % parts
    return _("%(seconds)d s") % parts


@register.filter
def at_second(frame: int, take: Take) -> str:
    """Return the second at which a player shows this frame, with a point in any language."""
    return f"{timecode.middle_of_frame(frame, take.fps, take.times):.4f}"
