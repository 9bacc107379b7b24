"""What goes back over the wire."""

import json
from dataclasses import dataclass, field

from generation.sandbox import vendor
from generation.sandbox.downloads import ResultFile
from generation.sandbox.faults import Fault
from generation.sandbox.task_service import Refusal


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


def refusal_reply(refusal: Refusal, path: str) -> Reply:
    """A refusal in the words of the dialect that is spoken at the path."""
    if vendor.is_spoken_at(path):
        return json_reply(vendor.envelope(refusal.status, refusal.message, param=refusal.param))
    return json_reply(refusal.envelope, refusal.status)


def made_up_reply(fault: Fault, path: str) -> Reply:
    """A made-up answer: `status`, and if given `code`, `message`, `body`, `content_type`, `retry_after`.

    In the vendor's dialect `inside` tells it inside HTTP 200.
    """
    status = int(fault.number("status", 500))
    code, message = fault.details.get("code", ""), fault.text("message", "a fault on demand")
    if vendor.is_spoken_at(path):
        http = 200 if fault.details.get("inside") else status
        reply = json_reply(vendor.envelope(code if isinstance(code, int) else status, message), http)
    else:
        reply = json_reply({"error": {"code": code, "message": message, "type": "sandbox_fault"}}, status)
    if "body" in fault.details:
        body = fault.details["body"]
        reply.body = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    if "content_type" in fault.details:
        reply.headers["Content-Type"] = fault.text("content_type", "")
    if "retry_after" in fault.details:
        reply.headers["Retry-After"] = fault.text("retry_after", "")
    return reply
