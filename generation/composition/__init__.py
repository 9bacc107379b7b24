"""Turn prompts with handles, roles and settings into provider requests. No other package knows both vocabularies.

`RequestWithHandles` is a request before its handles are resolved, whether a page's `TakeRequest` or the body of an API
call. `handle_resolution` looks the handles up, `request_plan` builds the request, `Composition` reports its price and
problems, and `freeze` signs and serialises the plan that a job stores.
"""

from generation.composition.asset_checks import rights_problem
from generation.composition.compose import Composition, compose, compose_all, compose_request, recompose
from generation.composition.handle_resolution import ResolvedAsset
from generation.composition.problem_messages import message_of
from generation.composition.problems import Problem, ProblemCode, problem
from generation.composition.request_builder import Reference
from generation.composition.request_plan import Mention
from generation.composition.request_urls import freeze, with_plain_urls
from generation.composition.take_request import ClipUse, Keyframe, Roles, Settings, TakeRequest
from generation.composition.variations import MAX_BATCH, MAX_PROMPTS, expand_prompt, variations_of

__all__ = [
    "MAX_BATCH",
    "MAX_PROMPTS",
    "ClipUse",
    "Composition",
    "Keyframe",
    "Mention",
    "Problem",
    "ProblemCode",
    "Reference",
    "ResolvedAsset",
    "Roles",
    "Settings",
    "TakeRequest",
    "compose",
    "compose_all",
    "compose_request",
    "expand_prompt",
    "freeze",
    "message_of",
    "problem",
    "recompose",
    "rights_problem",
    "variations_of",
    "with_plain_urls",
]
