"""From raw data to a request, with every fault told in plain words."""

import reprlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import ValidationError

from generation.skyreels.limits import MAX_PROMPT_TOKENS
from generation.skyreels.requests import RULES_ERROR, GenerationRequest
from generation.skyreels.rules import Problem, broken_rules, without_absent
from generation.skyreels.tokens import estimate_tokens
from generation.skyreels.vocabulary import ClipType, Mode

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

# Maximum number of field errors reported at once; further ones are reported after these are fixed.
MOST_PROBLEMS = 50
_EXPECTED = {
    "int_type": "a whole number",
    "bool_type": "true or false",
    "string_type": "text",
    "tuple_type": "a list",
    "model_type": "an object with named fields",
    "model_attributes_type": "an object with named fields",
    "string_unicode": "readable text",
}


class InvalidRequest(ValueError):
    """The request breaks rules of the provider; `problems` names each of them. Nothing was sent."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in problems))


def parse_request(data: Mapping[str, object]) -> GenerationRequest:
    """The request that the data describes. Raises InvalidRequest with every broken rule."""
    problems = find_problems(data)
    if problems:
        raise InvalidRequest(problems)
    return GenerationRequest.model_validate(data)


def find_problems(data: Mapping[str, object]) -> list[Problem]:
    """Every broken rule; empty when the data may be sent."""
    if not isinstance(data, Mapping):
        return [Problem("", "the request must be an object with named fields")]
    present = without_absent(data)
    return list(dict.fromkeys([*_field_problems(present), *broken_rules(present)]))


def find_warnings(request: GenerationRequest) -> list[Problem]:
    """What is legal but perhaps not meant: settings that the provider ignores, a prompt near the limit."""
    return [*_prompt_warnings(request), *_ignored_settings(request)]


def _field_problems(present: dict[str, object]) -> list[Problem]:
    try:
        GenerationRequest.model_validate(present)
    except ValidationError as refusal:
        errors = [found for found in refusal.errors(include_url=False) if found["type"] != RULES_ERROR]
        return [_in_plain_words(error) for error in errors[:MOST_PROBLEMS]]
    return []


def _in_plain_words(error: "ErrorDetails") -> Problem:
    param = ".".join(str(part) for part in error["loc"])
    return Problem(param, f"{param} {_complaint(error)}")


def _complaint(error: "ErrorDetails") -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not a setting that SkyReels V4 knows"
        case "value_error":
            return str(context["error"])
        case "too_long":
            return f"has {context['actual_length']} entries; it must have at most {context['max_length']}"
        case "enum":
            return f"is {_shown(error['input'])}; it must be {str(context['expected']).replace(chr(39), '')}"
        case kind:
            return f"is {_shown(error['input'])}; it must be {_EXPECTED.get(kind, 'of another form')}"


def _shown(value: object) -> str:
    """A short form for a message; what follows a `?` stays out, since it may be a signature."""
    text = value.partition("?")[0] if isinstance(value, str) else reprlib.repr(value)
    text = text.encode(errors="replace").decode()
    return (text if len(text) <= 60 else text[:59] + "…") or "empty"


def _prompt_warnings(request: GenerationRequest) -> list[Problem]:
    estimate = estimate_tokens(request.prompt)
    if not estimate.maybe_too_long:
        return []
    about = f"the prompt is about {estimate.likely} tokens long (at most {estimate.high})"
    return [Problem("prompt", f"{about}; SkyReels refuses more than {MAX_PROMPT_TOKENS}")]


def _ignored_settings(request: GenerationRequest) -> list[Problem]:
    given = request.model_fields_set
    warnings = []
    if "aspect_ratio" in given and (request.mode is Mode.I2V or request.ref_videos):
        source = "the frames" if request.mode is Mode.I2V else "the reference video"
        warnings.append(
            Problem("aspect_ratio", f"aspect_ratio is ignored; the video takes the shape of {source}")
        )
    if "duration" in given and request.ref_videos and request.ref_videos[0].type is ClipType.REFERENCE:
        warnings.append(
            Problem("duration", "duration is ignored; the video is as long as the reference, at most 10 s")
        )
    return warnings
