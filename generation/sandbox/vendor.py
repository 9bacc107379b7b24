"""The vendor's own API: the key in the body, a path for each kind of video, and its response format.

The vendor's documentation is ambiguous about errors. The sandbox uses the harder reading: HTTP 200 with an error code.
"""

import hmac
import json
import secrets
import time
from typing import Any

from generation.sandbox.faults import Fault
from generation.sandbox.render_request import RenderRequest
from generation.sandbox.rules import InvalidParameter, read_request
from generation.sandbox.task_service import ApiError, TaskService, result_link
from generation.sandbox.task_store import Task

_SHARED = {"api_key", "prompt", "duration", "resolution", "sound", "prompt_optimizer", "mode"}
FIELDS = {
    "text2video": _SHARED | {"aspect_ratio"},
    "image2video": _SHARED | {"first_frame_image", "end_frame_image", "mid_frame_images"},
    "omni-video": _SHARED | {"aspect_ratio", "ref_images", "ref_videos"},
}
_STATUSES = {"submitted": "submitted", "processing": "running", "completed": "success", "failed": "failed"}


def is_vendor_path(path: str) -> bool:
    """Return whether this path belongs to the vendor's API."""
    return path.startswith("/api/v1/video/")


def envelope(code: int, message: str, *, param: str | None = None) -> dict[str, Any]:
    """Return the content of an error response."""
    body = {**_response("", message, "error"), "code": code}
    if param:
        place: list[str | int] = [int(part) if part.isdecimal() else part for part in param.split(".")]
        body["detail"] = [{"loc": ["body", *place], "msg": message, "type": "value_error"}]
    return body


class VendorApi:
    """Translate requests in the vendor's format for the task service; rules, prices and videos are the same."""

    def __init__(self, task_service: TaskService, *, api_key: str) -> None:
        self._task_service, self._api_key = task_service, api_key

    def submit(self, kind: str, content: bytes, faults: dict[str, Fault]) -> dict[str, Any]:
        """Create a task and return the response. Raise ApiError."""
        if kind not in FIELDS:
            raise ApiError(404, "not_found", "no such route")
        try:
            body = json.loads(content)
        except ValueError:
            raise ApiError(422, "invalid_json", "the body is not valid JSON") from None
        if not isinstance(body, dict):
            raise ApiError(422, "invalid_json", "the body must be a JSON object")
        self._check_key(body.get("api_key"))
        try:
            request, plain = read_vendor_request(kind, body)
        except InvalidParameter as broken:
            message = f"{broken.param}: {broken.message}" if broken.param else broken.message
            raise ApiError(422, "invalid_parameter", message, param=broken.param) from None
        task, _ = self._task_service.create_task(request, json.dumps(plain).encode(), None, faults)
        return _response(task.id, "Task submitted successfully", "ok")

    def query(self, kind: str, task: Task | None, base_url: str, faults: dict[str, Fault]) -> dict[str, Any]:
        """Return the task in the vendor's format. Raise ApiError for a task of another kind."""
        if task is None or _kind_of(task) != kind:
            raise ApiError(404, "task_not_found", "no such task")
        status = _STATUSES[task.status_at(time.time())]
        if fault := faults.get("task_status"):
            return _response(task.id, "", fault.text("status", "warming_up"))
        if status == "failed":
            error = task.error or {}
            code = error.get("code")
            body = _response(task.id, str(error.get("message", "")), status)
            return body | {"code": code if isinstance(code, int) else 500}
        body = _response(task.id, "", status)
        if status == "success":
            link, _ = result_link(task, base_url, faults)
            request = read_request(json.loads(task.body))
            body["data"] = {
                "video_url": link,
                "duration": round(task.seconds or request.duration),
                "resolution": request.resolution,
            }
        return body

    def _check_key(self, key: object) -> None:
        if not isinstance(key, str) or not hmac.compare_digest(key.encode(), self._api_key.encode()):
            raise ApiError(401, "invalid_api_key", "Invalid API key")


def read_vendor_request(kind: str, body: dict[str, Any]) -> tuple[RenderRequest, dict[str, Any]]:
    """Return the request, and its body in the gateway's format. Raise InvalidParameter."""
    given = {name: value for name, value in body.items() if value is not None and value != []}
    for name in given:
        if name not in FIELDS[kind]:
            raise InvalidParameter(name, f"is not a parameter of {kind}")
    mode, sound = given.get("mode", "std"), given.get("sound", False)
    if mode not in ("std", "fast"):
        raise InvalidParameter("mode", "must be std or fast")
    if not isinstance(sound, bool):
        raise InvalidParameter("sound", "must be true or false")
    if sound and mode == "fast":
        raise InvalidParameter("sound", "is only supported in mode std")
    fields = {name: value for name, value in given.items() if name not in ("api_key", "mode", "sound")}
    plain = {"model": f"skyreels-v4-{mode}", **fields}
    request = read_request(plain)
    if kind == "image2video" and not (request.first_frame or request.end_frame or request.keyframes):
        raise InvalidParameter("first_frame_image", "at least one frame must be given")
    if kind == "omni-video" and not (request.subjects or request.video):
        raise InvalidParameter("ref_images", "at least one reference must be given")
    return request, plain


def _kind_of(task: Task) -> str:
    body = json.loads(task.body)
    for kind in ("image2video", "omni-video"):
        if any(name in body for name in FIELDS[kind] - FIELDS["text2video"]):
            return kind
    return "text2video"


def _response(task_id: str, message: str, status: str) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "msg": message,
        "code": 200,
        "status": status,
        "data": None,
        "trace_id": secrets.token_hex(8),
    }
