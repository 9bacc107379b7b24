"""From a prompt with handles, roles and settings to the request: the only place that knows both worlds.

An `Order` is what is asked for by handles, whether a person's `Brief` or another program's request. `binding` looks its
handles up, `planning` makes the request of it, `Composition` tells what that costs and what is wrong with it, and
`freeze` signs and freezes the plan that a job kept.
"""

from generation.composition.asset_checks import why_ended
from generation.composition.compose import Composition, compose, compose_all, compose_request, recompose
from generation.composition.handle_resolution import Bound
from generation.composition.problems import Problem
from generation.composition.request_builder import Reference
from generation.composition.request_plan import Mention
from generation.composition.request_urls import freeze, previewed
from generation.composition.take_request import Brief, ClipUse, Keyframe, Roles, Settings
from generation.composition.variations import MAX_BATCH, MAX_PROMPTS, briefs_of, expand

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
