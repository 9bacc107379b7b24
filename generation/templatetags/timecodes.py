"""Time codes of frames."""

from django import template

from generation.reviews import timecode

register = template.Library()


@register.filter
def at_code(frame: int, fps: float) -> str:
    """Format a frame as a time code: `{{ 58|at_code:24 }}` is 00:02.10."""
    return timecode.from_frame(frame, fps)
