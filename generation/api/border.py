"""What comes in is read strictly, once: what no database or other program could take is refused here, by its place."""

import json
from collections.abc import Iterator
from math import isfinite
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser
from pydantic import BaseModel, ConfigDict

from generation.api.errors import ApiError, Invalid

MOST_LEVELS = 32
LARGEST = 2**63 - 1
# NUL is no text to a database, half of a surrogate pair none to UTF-8.
NO_TEXT = ("\0", *map(chr, (0xD800, 0xDFFF)))


class Asked(BaseModel):
    """What a call takes: an object with these fields and no others, so that a slip of the pen is told. Ninja's own
    schemas would take any value for an object."""

    model_config = ConfigDict(extra="forbid")


class AskedInJson(Asked):
    """The same in JSON, which has types of its own: no text is taken for a number there, no number for yes or no."""

    model_config = ConfigDict(extra="forbid", strict=True)


class StrictParser(Parser):
    """JSON as the standard has it, and text that is text."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body's values. Raises ApiError."""
        return read_json(request.body)

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """What stands in the address or a form. Raises Invalid."""
        for name, values in data.lists():
            for value in values:
                if isinstance(value, str) and not is_text(value):
                    raise Invalid(name, "There is a character that is no text.")
        return super().parse_querydict(data, list_fields, request)


def read_json(body: bytes) -> Any:
    """Values of JSON; numbers that a database can keep, text without NUL, at most 32 levels. Raises ApiError."""
    try:
        data = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ApiError(400, "invalid_json", "The body is no JSON.") from None
    for path, value in _leaves(data):
        if isinstance(value, str) and not is_text(value):
            raise Invalid(path, f"{path}: there is a character that is no text.")
        if isinstance(value, int | float) and not (isfinite(value) and abs(value) <= LARGEST):
            raise Invalid(path, f"{path}: the number is too large.")
    return data


def is_text(value: str) -> bool:
    """Whether databases and UTF-8 can take it."""
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _leaves(data: Any) -> Iterator[tuple[str, Any]]:
    """Every value and every name with its path, without recursion: the depth is the sender's choice."""
    waiting: list[tuple[str, Any, int]] = [("", data, 0)]
    while waiting:
        path, value, level = waiting.pop()
        if level > MOST_LEVELS:
            raise Invalid(path[:80], f"The body has more than {MOST_LEVELS} levels.")
        if isinstance(value, dict):
            yield from ((path, name) for name in value)
            waiting += [(f"{path}.{name}".lstrip("."), one, level + 1) for name, one in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{path}.{place}".lstrip("."), one, level + 1) for place, one in enumerate(value)]
        else:
            yield path, value


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
