"""What takes are called as files: names that are safe on every system."""

import re
import unicodedata
from collections.abc import Iterable

from generation.models import Take


def name_of(take: Take) -> str:
    """`harbour-lights-010-take-3`, without an ending; letters that a file system may refuse are left out."""
    code = _plain(take.shot.code) or f"shot-{take.shot.pk}" if take.shot else ""
    return "-".join(part for part in (take.project.slug, code, "take", str(take.number)) if part)


def names_of(takes: Iterable[Take]) -> dict[int, str]:
    """Key of the take -> its name, no two alike in any case: numbers repeat where shots were deleted."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    for take in takes:
        name = first = name_of(take)
        count = 1
        while name.casefold() in taken:
            count += 1
            name = f"{first}-{count}"
        taken.add(name.casefold())
        names[take.pk] = name
    return names


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_]+", "-", letters).strip("-")
