"""Lengths of time, and moments of a clip, in templates."""

from datetime import timedelta

from django import template

from generation.models import Take
from generation.reviews import timecode

register = template.Library()


@register.filter
def lasting(length: timedelta) -> str:
    """`4 s`, `1 min 12 s`, `2 h 5 min`."""
    seconds = max(0, round(length.total_seconds()))
    minutes, hours = seconds // 60, seconds // 3600
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


@register.filter
def at_second(frame: int, take: Take) -> str:
    """The second at which a player shows this frame, with a point whatever the language."""
    return f"{timecode.middle_of(frame, take.fps, take.times):.4f}"
