"""File names of takes that are safe on every system."""

import re
import unicodedata
from collections.abc import Iterable

from generation.models import Take


def name_of(take: Take) -> str:
    """Return `harbour-lights-010-take-3`, without an extension or characters that a file system may reject."""
    code = _plain(take.shot.code) or f"shot-{take.shot.pk}" if take.shot else ""
    return "-".join(part for part in (take.project.slug, code, "take", str(take.number)) if part)


def names_of(takes: Iterable[Take]) -> dict[int, str]:
    """Return the names by key of the take, unique regardless of case. Take numbers repeat if shots were deleted."""
    names: dict[int, str] = {}
    used: set[str] = set()
    for take in takes:
        name = first = name_of(take)
        count = 1
        while name.casefold() in used:
            count += 1
            name = f"{first}-{count}"
        used.add(name.casefold())
        names[take.pk] = name
    return names


def _plain(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_]+", "-", ascii_text).strip("-")
