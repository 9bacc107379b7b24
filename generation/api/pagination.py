"""Pages by cursor: `{"items": [...], "next": <cursor or null>}`, newest first, each page at the same cost."""

from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Schema
from pydantic import Field

from generation.api.errors import Invalid
from library import pagination

Item = TypeVar("Item")
SIZE = 50


class Page(Schema, Generic[Item]):
    """A page of a list."""

    items: list[Item]
    next: str | None = Field(description="send it as `cursor` for the next page; null at the end")


def paginate(rows: QuerySet[Any], cursor: str) -> tuple[list[Any], str | None]:
    """Return the rows after a cursor, newest first, and the cursor of the next page. Raise Invalid."""
    before = pagination.parse_key(cursor)
    if cursor and before is None:
        raise invalid_cursor()
    page = pagination.newest_first(rows, before, size=SIZE)
    return page.items, None if page.next is None else str(page.next)


def invalid_cursor() -> Invalid:
    """Return the error for an invalid cursor. Restarting the list instead would let clients loop forever."""
    return Invalid("cursor", "cursor: send the value of `next`, or omit it for the first page.")
