"""HTTP responses, and errors in the formats of the gateway and the vendor."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from generation.sandbox import vendor
from generation.sandbox.downloads import BadRange, ResultFile, read_range
from generation.sandbox.faults import Fault
from generation.sandbox.task_service import ApiError


class Disconnect(Exception):
    """Close the connection without a response."""


@dataclass(slots=True)
class Response:
    """A body in memory, or `file` from `start` to `stop`. With `cut`, half of it is sent and the connection closed."""

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

    def chunks(self, length: int) -> Iterable[bytes]:
        """Return the first `length` bytes in chunks."""
        return self.file.read(self.start, self.start + length) if self.file else (self.body[:length],)


def json_response(content: object, status: int = 200) -> Response:
    return Response(status, json.dumps(content).encode(), {"Content-Type": "application/json"})


def error_response(error: ApiError, path: str) -> Response:
    """Return the error in the format of the API at this path."""
    if vendor.is_vendor_path(path):
        return json_response(vendor.envelope(error.status, error.message, param=error.param))
    return json_response(error.envelope, error.status)


def fault_response(fault: Fault, path: str) -> Response:
    """Return the response of a `status` fault: `status`, and optionally `code`, `message`, `body`, `content_type`,
    `retry_after`. In the vendor's format, `inside` sends the error inside HTTP 200.
    """
    status = int(fault.number("status", 500))
    code, message = fault.details.get("code", ""), fault.text("message", "a fault on demand")
    if vendor.is_vendor_path(path):
        http = 200 if fault.details.get("inside") else status
        response = json_response(vendor.envelope(code if isinstance(code, int) else status, message), http)
    else:
        response = json_response(
            {"error": {"code": code, "message": message, "type": "sandbox_fault"}}, status
        )
    if "body" in fault.details:
        body = fault.details["body"]
        response.body = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    if "content_type" in fault.details:
        response.headers["Content-Type"] = fault.text("content_type", "")
    if "retry_after" in fault.details:
        response.headers["Retry-After"] = fault.text("retry_after", "")
    return response


def file_response(file: ResultFile, range_header: str, faults: dict[str, Fault]) -> Response:
    """Return a result file or a range of it, as modified by the faults of downloads."""
    headers = {"Content-Type": "video/mp4", "Accept-Ranges": "bytes"}
    if "html_file" in faults:
        return Response(200, b"<!doctype html><title>Busy</title><p>Please try later.</p>", headers)
    if "empty_file" in faults:
        return Response(200, b"", headers)
    if fault := faults.get("pad_file"):
        file = ResultFile(file.path, round(fault.number("megabytes", 300) * 1_000_000))
    length = file.length // 2 if "truncated_file" in faults else file.length
    try:
        wanted = read_range(range_header, length)
    except BadRange:
        return Response(416, b"", headers | {"Content-Range": f"bytes */{length}"})
    if wanted is None:
        return Response(200, headers=headers, file=file, stop=length)
    start, stop = wanted
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{length}"
    return Response(206, headers=headers, file=file, start=start, stop=stop)
