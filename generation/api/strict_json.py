"""What comes in is read strictly, once: what no database or other program could take is refused here, by its place."""

import json
import re
from collections.abc import Iterator
from math import isfinite
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser
from pydantic import BaseModel, ConfigDict

from generation.api.errors import ApiError, Invalid

MOST_LEVELS = 32
# Far above what valid requests need. Larger ones are refused early, since each name and value costs work later and
# each unknown name causes its own error.
MOST_VALUES = 10_000
MOST_NAMES = 200  # of one object
LONGEST_NAME = 200
LONGEST_TEXT = 100_000
LONGEST_PATH = 80  # characters of a path in an error
LARGEST = 2**63 - 1
# NUL is no text to a database, half of a surrogate pair none to UTF-8.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
# A value's path as (path of its container, name in it); joined only when an error needs it.
Place = tuple["Place", str | int] | None


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
    for place, value in _leaves(data):
        if isinstance(value, str) and not is_text(value):
            raise Invalid(_path(place), f"{_path(place)}: the text contains an invalid character.")
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise Invalid(
                _path(place), f"{_path(place)}: the text has more than {LONGEST_TEXT:,} characters."
            )
        if isinstance(value, int | float) and not (isfinite(value) and abs(value) <= LARGEST):
            raise Invalid(_path(place), f"{_path(place)}: the number is too large.")
    return data


def is_text(value: str) -> bool:
    """Whether databases and UTF-8 can take it."""
    return _NO_TEXT.search(value) is None


def _leaves(data: Any) -> Iterator[tuple[Place, Any]]:
    """Yield every value and name with its path, without recursion, since the client controls the depth."""
    waiting: list[tuple[Place, Any, int]] = [(None, data, 0)]
    seen = 0
    while waiting:
        place, value, level = waiting.pop()
        if level > MOST_LEVELS:
            raise Invalid(_path(place), f"The body has more than {MOST_LEVELS} levels.")
        seen += len(value) if isinstance(value, dict | list) else 0
        if seen > MOST_VALUES:
            raise Invalid(_path(place), f"The body has more than {MOST_VALUES:,} values.")
        if isinstance(value, dict):
            _check_names(place, value)
            yield from ((place, name) for name in value)
            waiting += [((place, name), one, level + 1) for name, one in value.items()]
        elif isinstance(value, list):
            waiting += [((place, number), one, level + 1) for number, one in enumerate(value)]
        else:
            yield place, value


def _check_names(place: Place, value: dict[str, Any]) -> None:
    if len(value) > MOST_NAMES:
        raise Invalid(_path(place), f"{_path(place) or 'The body'} has more than {MOST_NAMES} fields.")
    if any(len(name) > LONGEST_NAME for name in value):
        raise Invalid(_path(place), f"A field has a name of more than {LONGEST_NAME} characters.")


def _path(place: Place) -> str:
    names: list[str] = []
    while place is not None:
        place, name = place
        names.append(str(name))
    return ".".join(reversed(names))[:LONGEST_PATH]


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
