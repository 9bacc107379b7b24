"""From a prompt with handles, roles and settings to the request: the only place that knows both worlds.

An `Order` is what is asked for by handles, whether a person's `Brief` or another program's request. `binding` looks its
handles up, `planning` makes the request of it, `Composition` tells what that costs and what is wrong with it, and
`freeze` signs and freezes the plan that a job kept.
"""

from generation.composition.binding import Bound
from generation.composition.briefs import Brief, ClipUse, Keyframe, Roles, Settings
from generation.composition.checking import why_ended
from generation.composition.composing import Composition, compose, compose_all, compose_request, recompose
from generation.composition.expanding import MAX_BATCH, MAX_PROMPTS, briefs_of, expand
from generation.composition.freezing import freeze, previewed
from generation.composition.planning import Mention
from generation.composition.problems import Problem
from generation.composition.sheet import Reference

__all__ = [
    "MAX_BATCH",
    "MAX_PROMPTS",
    "Bound",
    "Brief",
    "ClipUse",
    "Composition",
    "Keyframe",
    "Mention",
    "Problem",
    "Reference",
    "Roles",
    "Settings",
    "briefs_of",
    "compose",
    "compose_all",
    "compose_request",
    "expand",
    "freeze",
    "previewed",
    "recompose",
    "why_ended",
]
