"""Pages by cursor: `{"items": [...], "next": <cursor or null>}`, newest first, each page at the same cost."""

from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Schema
from pydantic import Field

from generation.api.errors import Invalid

Item = TypeVar("Item")
SIZE = 50
MAX_DIGITS = 18


class Page(Schema, Generic[Item]):
    """A page of a list."""

    items: list[Item]
    next: str | None = Field(description="send it as `cursor` for the next page; null at the end")


def paginate(rows: QuerySet[Any], cursor: str) -> tuple[list[Any], str | None]:
    """Return the rows after a cursor, newest first, and the cursor of the next page. Raise Invalid."""
    if cursor:
        rows = rows.filter(pk__lt=_parse(cursor))
    found = list(rows.order_by("-pk")[: SIZE + 1])
    items = found[:SIZE]
    return items, str(items[-1].pk) if len(found) > SIZE else None


def _parse(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= MAX_DIGITS):
        raise invalid_cursor()
    return int(cursor)


def invalid_cursor() -> Invalid:
    """Return the error for an invalid cursor. Restarting the list instead would let clients loop forever."""
    return Invalid("cursor", "cursor: send the value of `next`, or omit it for the first page.")
