"""What stands in the cells of a table of shots, read as people write it. Each raises ValueError with a sentence."""

import re
from collections.abc import Iterable
from typing import Any, cast

from django.db.models import CharField

from generation.composition.take_request import Keyframe
from generation.models import Shot
from generation.skyreels import schemas

MAX_TAKES = 20
_MODELS = {"fast": schemas.Model.FAST, "std": schemas.Model.STD, "standard": schemas.Model.STD}
_KEYFRAME = re.compile(r"@?([A-Za-z][A-Za-z0-9_-]*)(?:\s+(?:at\s+)?(\d{1,3})\s*s?)?")
# Spreadsheets take 16:9 for a time of day and write 16:09:00.
_RATIO = re.compile(r"(\d{1,2})\s*[:/x×]\s*0?(\d{1,2})(?::00)?")


def model(text: str) -> str:
    """`fast`, `std`, `Standard` or the provider's own name."""
    return _one_of(schemas.Model, _MODELS.get(text.lower(), text.lower()), "fast or standard", text)


def resolution(text: str) -> str:
    """`720p`, also without the p."""
    wanted = text.lower().removesuffix("p") + "p"
    return _one_of(schemas.Resolution, wanted, _listed(schemas.Resolution), text)


def ratio(text: str) -> str:
    """`16:9`, also as a spreadsheet writes it."""
    found = _RATIO.fullmatch(text)
    wanted = f"{found[1]}:{found[2]}" if found else text
    return _one_of(schemas.AspectRatio, wanted, _listed(schemas.AspectRatio), text)


def _one_of(kind: Iterable[str], wanted: str, choices: str, typed: str) -> str:
    if wanted not in list(kind):
        raise ValueError(f"“{typed[:40]}” is not one of {choices}.")
    return str(wanted)


def _listed(kind: Iterable[str]) -> str:
    return ", ".join(str(member) for member in kind)


def seconds(text: str) -> int:
    """Whole seconds: `5`, `5 s`, `5.0`."""
    return _whole(
        re.sub(r"\s*s$", "", text), schemas.MIN_DURATION, schemas.MAX_DURATION, "whole seconds", text
    )


def takes(text: str) -> int:
    """How many takes of the row."""
    return _whole(text, 1, MAX_TAKES, "a number of takes", text)


def _whole(text: str, least: int, most: int, what: str, typed: str) -> int:
    found = re.fullmatch(r"(\d{1,6})(?:[.,]0*)?", text)
    if not found or not least <= int(found[1]) <= most:
        raise ValueError(f"“{typed[:40]}” is not {what} from {least} to {most}.")
    return int(found[1])


def code(text: str) -> str:
    """A shot's code."""
    return _no_longer(" ".join(text.split()), "code", "A shot's code")


def title(text: str) -> str:
    """A shot's title."""
    return _no_longer(" ".join(text.split()), "title", "A title")


def _no_longer(text: str, field_name: str, what: str) -> str:
    most = cast("CharField[Any, Any]", Shot._meta.get_field(field_name)).max_length or 0
    if len(text) > most:
        raise ValueError(f"{what} has at most {most} letters; this one has {len(text)}.")
    return text


def frame(text: str) -> str:
    """The handle of one picture, with or without its @."""
    found = _KEYFRAME.fullmatch(text)
    if not found or found[2]:
        raise ValueError(f"“{text[:40]}” is not the handle of one picture, such as @quay.")
    return found[1]


def keyframes(text: str) -> tuple[Keyframe, ...]:
    """`@neon 3; @moon 6`: handles with their seconds, or without for any time."""
    parts = [part.strip() for part in re.split(r"[;,\n]", text) if part.strip()]
    found = [(part, _KEYFRAME.fullmatch(part)) for part in parts]
    if wrong := next((part for part, match in found if match is None), None):
        raise ValueError(f"“{wrong[:40]}” is not a handle with its second. Write them so: @neon 3; @moon 6.")
    return tuple(
        Keyframe(match[1], int(match[2]) if match[2] else schemas.UNSPECIFIED_TIME)
        for _, match in found
        if match
    )
