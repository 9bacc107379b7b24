"""Cursors for keyset pagination: the encoded position of the last row of a page."""

import base64
import binascii
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Position:
    """The last row of a page: the sort order, the row's value in that order as text, and its primary key."""

    sort: str
    value: str | None
    pk: int

    def cursor(self) -> str:
        """Return the position encoded for a URL."""
        content = json.dumps([self.sort, self.value, self.pk], separators=(",", ":"))
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def position_from(cursor: str, sort: str) -> Position | None:
    """Decode a cursor. Return None for an empty or invalid one, and for one of another sort order."""
    try:
        content = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        return None
    match content:
        case [str(named), str() | None as value, int(pk)] if named == sort and 0 < pk < 2**63:
            return Position(named, value, pk)
    return None
