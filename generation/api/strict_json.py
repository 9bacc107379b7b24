"""Strict parsing: NUL bytes, lone surrogates, huge numbers and over-deep JSON are rejected with their path."""

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

MAX_DEPTH = 32
# Far above what valid requests need. Larger ones are refused early, since each name and value costs work later and
# each unknown name causes its own error.
MAX_VALUES = 10_000
MAX_FIELDS = 200  # of one object
MAX_NAME_LENGTH = 200
MAX_TEXT_LENGTH = 100_000
MAX_PATH_LENGTH = 80  # characters of a path in an error
MAX_NUMBER = 2**63 - 1
# PostgreSQL rejects NUL; UTF-8 cannot encode lone surrogates.
_INVALID_CHARACTERS = re.compile("[\0\ud800-\udfff]")
# A value's path as (path of its container, name in it); joined only when an error needs it.
Path = tuple["Path", str | int] | None


class StrictSchema(BaseModel):
    """A request body with exactly these fields, so that misspelled ones are reported. Ninja's own schemas accept any
    object."""

    model_config = ConfigDict(extra="forbid")


class StrictJsonSchema(StrictSchema):
    """A JSON body, in which types are not converted: strings are not numbers, and numbers are not booleans."""

    model_config = ConfigDict(extra="forbid", strict=True)


class StrictParser(Parser):
    """Parse standard JSON with valid text."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the values of the body. Raise ApiError."""
        return read_json(request.body)

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Return the values of a query string or form. Raise Invalid."""
        for name, values in data.lists():
            for value in values:
                if isinstance(value, str) and not is_valid_text(value):
                    raise Invalid(name, "The text contains an invalid character.")
        return super().parse_querydict(data, list_fields, request)


def read_json(body: bytes) -> Any:
    """Parse JSON: numbers that fit the database, valid text, at most 32 levels. Raise ApiError."""
    try:
        data = json.loads(body, parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        raise ApiError(400, "invalid_json", "The body is not valid JSON.") from None
    for path, value in _walk(data):
        if isinstance(value, str) and not is_valid_text(value):
            raise Invalid(_path(path), f"{_path(path)}: the text contains an invalid character.")
        if isinstance(value, str) and len(value) > MAX_TEXT_LENGTH:
            raise Invalid(
                _path(path), f"{_path(path)}: the text has more than {MAX_TEXT_LENGTH:,} characters."
            )
        if isinstance(value, int | float) and not (isfinite(value) and abs(value) <= MAX_NUMBER):
            raise Invalid(_path(path), f"{_path(path)}: the number is too large.")
    return data


def is_valid_text(value: str) -> bool:
    """Return whether databases and UTF-8 accept the text."""
    return _INVALID_CHARACTERS.search(value) is None


def _walk(data: Any) -> Iterator[tuple[Path, Any]]:
    """Yield every value and name with its path, without recursion, since the client controls the depth."""
    pending: list[tuple[Path, Any, int]] = [(None, data, 0)]
    seen = 0
    while pending:
        path, value, level = pending.pop()
        if level > MAX_DEPTH:
            raise Invalid(_path(path), f"The body has more than {MAX_DEPTH} levels.")
        seen += len(value) if isinstance(value, dict | list) else 0
        if seen > MAX_VALUES:
            raise Invalid(_path(path), f"The body has more than {MAX_VALUES:,} values.")
        if isinstance(value, dict):
            _check_names(path, value)
            yield from ((path, name) for name in value)
            pending += [((path, name), one, level + 1) for name, one in value.items()]
        elif isinstance(value, list):
            pending += [((path, number), one, level + 1) for number, one in enumerate(value)]
        else:
            yield path, value


def _check_names(path: Path, value: dict[str, Any]) -> None:
    if len(value) > MAX_FIELDS:
        raise Invalid(_path(path), f"{_path(path) or 'The body'} has more than {MAX_FIELDS} fields.")
    if any(len(name) > MAX_NAME_LENGTH for name in value):
        raise Invalid(_path(path), f"A field has a name of more than {MAX_NAME_LENGTH} characters.")


def _path(path: Path) -> str:
    names: list[str] = []
    while path is not None:
        path, name = path
        names.append(str(name))
    return ".".join(reversed(names))[:MAX_PATH_LENGTH]


def _reject_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")
