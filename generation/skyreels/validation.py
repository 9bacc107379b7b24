"""Turn raw data into a request, or report every problem of it."""

import re
import reprlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import ValidationError

from generation.skyreels.limits import MAX_PROMPT_TOKENS, MAX_REFERENCE_SECONDS
from generation.skyreels.problems import Problem, RuleCode, problem
from generation.skyreels.requests import RULES_ERROR, GenerationRequest
from generation.skyreels.rules import broken_rules, without_absent
from generation.skyreels.tokens import estimate_tokens
from generation.skyreels.vocabulary import ClipType, Mode

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

# Maximum number of field errors reported at once; further ones are reported after these are fixed.
MAX_PROBLEMS = 50
MAX_SHOWN = 60  # characters of a value in a message
_TYPE_CODES = {
    "int_type": RuleCode.NOT_AN_INTEGER,
    "bool_type": RuleCode.NOT_A_BOOLEAN,
    "string_type": RuleCode.NOT_TEXT,
    "tuple_type": RuleCode.NOT_A_LIST,
    "model_type": RuleCode.NOT_AN_OBJECT,
    "model_attributes_type": RuleCode.NOT_AN_OBJECT,
    "string_unicode": RuleCode.INVALID_CHARACTERS,
}
_OWN_CODES = set(RuleCode)


class InvalidRequest(ValueError):
    """The request breaks rules of the provider; `problems` has each of them. Nothing was sent."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{found.field}: {found.code}" for found in problems))


def parse_request(data: Mapping[str, object]) -> GenerationRequest:
    """Return the request that the data describes. Raise InvalidRequest with every broken rule."""
    problems = find_problems(data)
    if problems:
        raise InvalidRequest(problems)
    return GenerationRequest.model_validate(data)


def find_problems(data: Mapping[str, object]) -> list[Problem]:
    """Return every broken rule; empty when the data may be sent."""
    if not isinstance(data, Mapping):
        return [problem(RuleCode.NOT_AN_OBJECT, "", value=_shown(data))]
    present = without_absent(data)
    return list(dict.fromkeys([*_field_problems(present), *broken_rules(present)]))


def find_warnings(request: GenerationRequest) -> list[Problem]:
    """Return what is allowed but perhaps not intended: ignored settings, a prompt near the limit."""
    return [*_prompt_warnings(request), *_ignored_settings(request)]


def _field_problems(present: dict[str, object]) -> list[Problem]:
    try:
        GenerationRequest.model_validate(present)
    except ValidationError as refusal:
        errors = [found for found in refusal.errors(include_url=False) if found["type"] != RULES_ERROR]
        return [_problem_of(error) for error in errors[:MAX_PROBLEMS]]
    return []


def _problem_of(error: "ErrorDetails") -> Problem:
    field = ".".join(str(part) for part in error["loc"])
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind in _OWN_CODES:
        return problem(RuleCode(kind), field, **context)
    match kind:
        case "missing":
            return problem(RuleCode.REQUIRED, field)
        case "extra_forbidden":
            return problem(RuleCode.UNKNOWN_FIELD, field)
        case "too_long":
            count, limit = context["actual_length"], context["max_length"]
            return problem(RuleCode.TOO_MANY_ENTRIES, field, count=count, limit=limit)
        case "enum":
            choices = tuple(re.findall(r"'([^']*)'", str(context["expected"])))
            return problem(RuleCode.NOT_A_CHOICE, field, value=_shown(value), choices=choices)
    return problem(_TYPE_CODES.get(kind, RuleCode.INVALID_VALUE), field, value=_shown(value))


def _shown(value: object) -> str:
    """Return a short form for a message. The part after a `?` is left out, since it may be a signature."""
    text = value.partition("?")[0] if isinstance(value, str) else reprlib.repr(value)
    text = text.encode(errors="replace").decode()
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def _prompt_warnings(request: GenerationRequest) -> list[Problem]:
    estimate = estimate_tokens(request.prompt)
    if not estimate.maybe_too_long:
        return []
    near_limit = problem(
        RuleCode.PROMPT_NEAR_LIMIT,
        "prompt",
        level="warning",
        likely=estimate.likely,
        highest=estimate.high,
        limit=MAX_PROMPT_TOKENS,
    )
    return [near_limit]


def _ignored_settings(request: GenerationRequest) -> list[Problem]:
    given = request.model_fields_set
    warnings = []
    if "aspect_ratio" in given and (request.mode is Mode.I2V or request.ref_videos):
        code = RuleCode.RATIO_FOLLOWS_FRAMES if request.mode is Mode.I2V else RuleCode.RATIO_FOLLOWS_CLIP
        warnings.append(problem(code, "aspect_ratio", level="warning"))
    if "duration" in given and request.ref_videos and request.ref_videos[0].type is ClipType.REFERENCE:
        code, most = RuleCode.DURATION_FOLLOWS_CLIP, MAX_REFERENCE_SECONDS
        warnings.append(problem(code, "duration", level="warning", limit=most))
    return warnings
