"""Lists in pages by keyset: the newest first, going on below the last row seen, however many there are."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from generation.views.shared.access import Request


@dataclass(frozen=True)
class Page:
    """Some rows, and where the next page starts (None at the end)."""

    items: list[Any]
    next: int | None


def wanted(request: Request, name: str) -> str:
    """A filter in the address; no database looks for a NUL character."""
    return request.GET.get(name, "").replace("\0", "")


def number_in(request: HttpRequest, name: str) -> int:
    """The number of a page in the address, counted from 1; what is none is the first."""
    asked = request.GET.get(name, "")
    return max(1, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 8 else 1


def page_of(rows: QuerySet[Any], before: str | None, *, size: int) -> Page:
    """The `size` newest rows older than the row `before`; anything that is no number starts at the top."""
    if before and before.isdecimal():
        rows = rows.filter(pk__lt=int(before[:18]))
    found = list(rows.order_by("-pk")[: size + 1])
    items = found[:size]
    return Page(items, items[-1].pk if len(found) > size else None)
