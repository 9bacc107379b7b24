"""What goes back over the wire."""

import json
from dataclasses import dataclass, field

from generation.sandbox.downloads import ResultFile


class HangUp(Exception):
    """Close the connection without an answer."""


@dataclass(slots=True)
class Reply:
    """A body in memory, or `file` from `start` to `stop`. `cut` sends half of it and hangs up."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    file: ResultFile | None = None
    start: int = 0
    stop: int = 0
    cut: bool = False

    @property
    def length(self) -> int:
        return self.stop - self.start if self.file else len(self.body)


def json_reply(content: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(content).encode(), {"Content-Type": "application/json"})
