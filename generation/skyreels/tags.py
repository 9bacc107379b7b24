"""Tags: the `@names` by which a prompt points at its pictures and clips (skyreels-api.md section 1).

Providers look for a tag as a case-sensitive substring, so `@image1` would be "found" inside `@image10`. Here a tag
matches only as a whole handle, and two tags of which one is a prefix of the other are never sent together.
"""

import re
from collections.abc import Iterable

from pydantic_core import PydanticCustomError

from generation.skyreels.problems import RuleCode


def check_tag(tag: str) -> str:
    """Return the tag. Raise a validation error when it is not `@` and a name without spaces.

    Any name is accepted, not only library handles, since clients of the gateway choose their own tags.
    """
    if not tag.startswith("@"):
        raise PydanticCustomError(RuleCode.TAG_WITHOUT_AT, "no @", {"value": _shown(tag)})
    if not re.fullmatch(r"@[^\s@]+", tag):
        raise PydanticCustomError(RuleCode.INVALID_TAG, "invalid tag", {"value": _shown(tag)})
    return tag


def occurs_in(tag: str, prompt: str) -> bool:
    """Return whether the prompt contains the tag as a whole handle, in the same case.

    Only ASCII characters continue a handle: scripts that are written without spaces may follow it directly.
    """
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(tag)}(?![A-Za-z0-9_-])", prompt) is not None


def find_conflicts(tags: Iterable[str]) -> list[tuple[int, int]]:
    """Return indexes `(later, earlier)` of tags that are equal or of which one is a prefix of the other.

    Each later tag is paired with the first that it conflicts with.
    """
    listed = list(tags)
    return [
        (later, earlier)
        for later, tag in enumerate(listed)
        if (earlier := _first_conflict(tag, listed[:later])) is not None
    ]


def _shown(tag: str) -> str:
    return tag[:60].encode(errors="replace").decode()


def _first_conflict(tag: str, others: list[str]) -> int | None:
    return next((i for i, other in enumerate(others) if tag.startswith(other) or other.startswith(tag)), None)
