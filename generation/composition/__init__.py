"""From a prompt with handles, roles and settings to the request: the only place that knows both worlds."""

from generation.composition.briefs import Brief, ClipUse, Keyframe, Roles, Settings
from generation.composition.composing import (
    Composition,
    Problem,
    Reference,
    compose,
    of_job,
    unambiguous_tags,
)

__all__ = [
    "Brief",
    "ClipUse",
    "Composition",
    "Keyframe",
    "Problem",
    "Reference",
    "Roles",
    "Settings",
    "compose",
    "of_job",
    "unambiguous_tags",
]
