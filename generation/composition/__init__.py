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
from generation.composition.expanding import MAX_BATCH, MAX_PROMPTS, briefs_of, expand

__all__ = [
    "MAX_BATCH",
    "MAX_PROMPTS",
    "Brief",
    "ClipUse",
    "Composition",
    "Keyframe",
    "Problem",
    "Reference",
    "Roles",
    "Settings",
    "briefs_of",
    "compose",
    "expand",
    "of_job",
    "unambiguous_tags",
]
