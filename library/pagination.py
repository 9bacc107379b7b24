"""Keyset pagination: a page begins after the last row of the previous one, at the same cost however far down it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

Item = TypeVar("Item")
# Any key of this length fits into the databases' 64-bit integers.
MAX_DIGITS = 18


@dataclass(frozen=True)
class Page(Generic[Item]):
    """The rows of a page, and the key after which the next page begins (None on the last page)."""

    items: list[Item]
    next: int | None


def newest_first(rows: QuerySet[Any], before: int | None, *, size: int) -> Page[Any]:
    """Return the `size` newest rows whose key is below `before`."""
    if before is not None:
        rows = rows.filter(pk__lt=before)
    items: list[Any]
    items, has_more = split(rows.order_by("-pk")[: size + 1], size)
    return Page(items, items[-1].pk if has_more else None)


def split(rows: Sequence[Item] | QuerySet[Any], size: int) -> tuple[list[Item], bool]:
    """Return the first `size` of at most `size` + 1 rows, and whether there are more."""
    found = list(rows)
    return found[:size], len(found) > size


def parse_key(text: str) -> int | None:
    """Return the key in a URL, or None if the text is not a key."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None
