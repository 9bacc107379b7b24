"""The parts that assets play in a take, in words."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def part_told(reference: Any) -> str:
    """`Keyframe at 4 s`, `Subject, own voice`: of a composition's reference or of a job's."""
    told = str(reference.get_role_display())
    if reference.role == "mid":
        told += f" at {reference.second} s" if (reference.second or -1) > 0 else " at any time"
    return f"{told}, own voice" if reference.with_voice else told
