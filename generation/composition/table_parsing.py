"""Parsers for the cells of a shot list. Each raises ValueError with a message for the user."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from django.db.models import CharField
from django.utils.translation import gettext as _

from generation.composition.take_request import Keyframe
from generation.models import Shot
from generation.skyreels import schemas

MAX_TAKES = 20
MAX_QUOTED = 40  # characters of a cell in a message
_MODELS = {"fast": schemas.Model.FAST, "std": schemas.Model.STD, "standard": schemas.Model.STD}
_KEYFRAME = re.compile(r"@?([A-Za-z][A-Za-z0-9_-]*)(?:\s+(?:at\s+)?(\d{1,3})\s*s?)?")
# Spreadsheets read 16:9 as a time of day and write 16:09:00.
_RATIO = re.compile(r"(\d{1,2})\s*[:/x×]\s*0?(\d{1,2})(?::00)?")


def model(text: str) -> str:
    """Parse `fast`, `std`, `Standard` or the provider's own name."""
    return _choice(schemas.Model, _MODELS.get(text.lower(), text.lower()), ("fast", "standard"), text)


def resolution(text: str) -> str:
    """Parse `720p`, also without the p."""
    wanted = text.lower().removesuffix("p") + "p"
    return _choice(schemas.Resolution, wanted, schemas.Resolution, text)


def ratio(text: str) -> str:
    """Parse `16:9`, also as a spreadsheet writes it."""
    found = _RATIO.fullmatch(text)
    wanted = f"{found[1]}:{found[2]}" if found else text
    return _choice(schemas.AspectRatio, wanted, schemas.AspectRatio, text)


def _choice(values: Iterable[str], wanted: str, choices: Iterable[str], typed: str) -> str:
    if wanted not in list(values):
        message = _("“%(value)s” is not one of %(choices)s.")
        raise ValueError(message % {"value": typed[:MAX_QUOTED], "choices": ", ".join(map(str, choices))})
    return str(wanted)


def seconds(text: str) -> int:
    """Parse whole seconds: `5`, `5 s`, `5.0`."""
    message = _("“%(value)s” is not a whole number of seconds from %(minimum)s to %(maximum)s.")
    number = re.sub(r"\s*s$", "", text)
    return _whole(number, schemas.MIN_DURATION, schemas.MAX_DURATION, message, text)


def takes(text: str) -> int:
    """Parse the number of takes of a row."""
    message = _("“%(value)s” is not a number of takes from %(minimum)s to %(maximum)s.")
    return _whole(text, 1, MAX_TAKES, message, text)


def _whole(text: str, least: int, most: int, message: str, typed: str) -> int:
    found = re.fullmatch(r"(\d{1,6})(?:[.,]0*)?", text)
    if not found or not least <= int(found[1]) <= most:
        raise ValueError(message % {"value": typed[:MAX_QUOTED], "minimum": least, "maximum": most})
    return int(found[1])


def code(text: str) -> str:
    """Parse a shot's code."""
    message = _("A shot code may have at most %(limit)s characters; this one has %(length)s.")
    return _limited(" ".join(text.split()), "code", message)


def title(text: str) -> str:
    """Parse a shot's title."""
    message = _("A title may have at most %(limit)s characters; this one has %(length)s.")
    return _limited(" ".join(text.split()), "title", message)


def _limited(text: str, field_name: str, message: str) -> str:
    most = cast("CharField[Any, Any]", Shot._meta.get_field(field_name)).max_length or 0
    if len(text) > most:
        raise ValueError(message % {"limit": most, "length": len(text)})
    return text


# Column and parser of each setting that a shot list can contain, by the setting's name.
SETTING_COLUMNS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "model": ("model", model),
    "resolution": ("resolution", resolution),
    "duration": ("seconds", seconds),
    "aspect_ratio": ("ratio", ratio),
}


def frame(text: str) -> str:
    """Parse the handle of one image, with or without its @."""
    found = _KEYFRAME.fullmatch(text)
    if not found or found[2]:
        message = _("“%(value)s” is not the handle of one image, such as @quay.")
        raise ValueError(message % {"value": text[:MAX_QUOTED]})
    return found[1]


def keyframes(text: str) -> tuple[Keyframe, ...]:
    """Parse `@neon 3; @moon 6`: handles with their seconds, or without for any time."""
    cells = [cell.strip() for cell in re.split(r"[;,\n]", text) if cell.strip()]
    found = [(cell, _KEYFRAME.fullmatch(cell)) for cell in cells]
    if wrong := next((cell for cell, match in found if match is None), None):
        message = _("“%(value)s” is not a handle with a second. Write keyframes like this: @neon 3; @moon 6.")
        raise ValueError(message % {"value": wrong[:MAX_QUOTED]})
    return tuple(
        Keyframe(match[1], int(match[2]) if match[2] else schemas.UNSPECIFIED_TIME)
        for _cell, match in found
        if match
    )
