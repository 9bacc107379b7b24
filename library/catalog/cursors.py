"""Where a page of a list ends and the next begins: opaque for people, the last row's place for us."""

import base64
import binascii
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """The last row of a page: the sort it was listed by, its value there as text, its primary key."""

    sort: str
    value: str | None
    pk: int

    def cursor(self) -> str:
        """As it stands in an address."""
        told = json.dumps([self.sort, self.value, self.pk], separators=(",", ":"))
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def place_of(cursor: str, sort: str) -> Place | None:
    """The place that a cursor names; none for the beginning, another sort's place, or what we did not give."""
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        return None
    match told:
        case [str(named), str() | None as value, int(pk)] if named == sort and 0 < pk < 2**63:
            return Place(named, value, pk)
    return None
