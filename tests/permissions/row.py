"""One line of the permission table, and the words in it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

Cell = int | str
PEOPLE = ("alice", "bob", "rita", "vera", "charlie", None)

GET, POST, PUT, PATCH, DELETE = METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

LOGIN = "log-in"  # led to the log-in, and nothing has changed
BACK = "back"  # led back with a sentence where others are led on, and nothing has changed

OPENED_BY_A_TOKEN = ("/api/", "/v1/")
OPENED_BY_A_SESSION = ("/api/v1/docs", "/v1/docs")

# Stand for files among what is sent
PICTURE, BUNDLE = "<a picture>", "<a zip of the library>"


class Row(NamedTuple):
    """Who gets what when they ask for this with this. The docstring of `table` tells how to write one."""

    method: str
    path: str
    owner: Cell
    editor: Cell
    reviewer: Cell
    viewer: Cell
    stranger: Cell
    anonymous: Cell
    does: str = ""
    sends: Mapping[str, Any] = MappingProxyType({})

    @property
    def cells(self) -> dict[str, Cell]:
        """What each person gets."""
        return dict(zip(self._fields[2:8], self[2:8], strict=True))

    @property
    def is_call(self) -> bool:
        """Whether a program asks for it, with a token."""
        return self.path.startswith(OPENED_BY_A_TOKEN) and not self.path.startswith(OPENED_BY_A_SESSION)

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.does}".strip()
