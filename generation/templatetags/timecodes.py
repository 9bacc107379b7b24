"""Frames as time codes."""

from django import template

from generation.reviews import timecode

register = template.Library()


@register.filter
def at_code(frame: int, fps: float) -> str:
    """`{{ note.frame|at_code:take.fps }}`: 00:02.10 for frame 58 at 24 frames a second."""
    return timecode.told(frame, fps)
