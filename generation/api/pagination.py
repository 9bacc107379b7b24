"""Lists in pieces: `{"items": [...], "next": <cursor or null>}`, the newest first, each piece at the same cost."""

from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Schema
from pydantic import Field

from generation.api.errors import Invalid

Item = TypeVar("Item")
SIZE = 50
MOST_DIGITS = 18


class Listed(Schema, Generic[Item]):
    """A piece of a list."""

    items: list[Item]
    next: str | None = Field(description="send it as `cursor` for the next piece; null at the end")


def piece_of(rows: QuerySet[Any], cursor: str) -> tuple[list[Any], str | None]:
    """The rows behind a cursor, the newest first, and the cursor for those after them. Raises Invalid."""
    if cursor:
        rows = rows.filter(pk__lt=_place(cursor))
    found = list(rows.order_by("-pk")[: SIZE + 1])
    items = found[:SIZE]
    return items, str(items[-1].pk) if len(found) > SIZE else None


def _place(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= MOST_DIGITS):
        raise unknown_cursor()
    return int(cursor)


def unknown_cursor() -> Invalid:
    """For what is no cursor: a list that silently began anew would never end."""
    return Invalid("cursor", "cursor: send what `next` said, or leave it out for the beginning.")
