"""Pages and filters in the URLs of lists."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from generation.views.shared.access import Request
from library.pagination import Page, newest_first, parse_key

__all__ = ["Page", "page_number", "page_of", "query_text"]
MAX_PAGE_DIGITS = 7


def query_text(request: Request, name: str) -> str:
    """Return a parameter of the query string without NUL characters, which PostgreSQL rejects."""
    return request.GET.get(name, "").replace("\0", "")


def page_number(request: HttpRequest, name: str) -> int:
    """Return the page number in the query string, from 1; 1 if it is missing or invalid."""
    text = request.GET.get(name, "")
    is_number = text.isascii() and text.isdecimal() and len(text) <= MAX_PAGE_DIGITS
    return max(1, int(text)) if is_number else 1


def page_of(rows: QuerySet[Any], before: str | None, *, size: int) -> Page[Any]:
    """Return the `size` newest rows with keys below `before`; start at the top if it is not a key."""
    return newest_first(rows, parse_key(before or ""), size=size)
