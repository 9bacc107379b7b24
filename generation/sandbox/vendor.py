"""The same provider under the vendor's own paths: the key in the body, a path for each kind, answers in its words.

Every refusal comes inside HTTP 200 with a `code` of its own, the harder of the two readings of the vendor's pages.
"""

import hmac
import json
import secrets
import time
from typing import Any

from generation.sandbox.faults import Fault
from generation.sandbox.render_request import Order
from generation.sandbox.rules import RuleBroken, read_order
from generation.sandbox.task_service import Desk, Refusal, result_link
from generation.sandbox.task_store import Task

_SHARED = {"api_key", "prompt", "duration", "resolution", "sound", "prompt_optimizer", "mode"}
FIELDS = {
    "text2video": _SHARED | {"aspect_ratio"},
    "image2video": _SHARED | {"first_frame_image", "end_frame_image", "mid_frame_images"},
    "omni-video": _SHARED | {"aspect_ratio", "ref_images", "ref_videos"},
}
_STATUSES = {"submitted": "submitted", "processing": "running", "completed": "success", "failed": "failed"}


def is_spoken_at(path: str) -> bool:
    """Whether refusals under this path are told in the vendor's words."""
    return path.startswith("/api/v1/video/")


def envelope(code: int, message: str, *, param: str | None = None) -> dict[str, Any]:
    """An answer that is not a success."""
    said = {**_answer("", message, "error"), "code": code}
    if param:
        place: list[str | int] = [int(part) if part.isdecimal() else part for part in param.split(".")]
        said["detail"] = [{"loc": ["body", *place], "msg": message, "type": "value_error"}]
    return said


class VendorDesk:
    """Takes orders in the vendor's words and hands them to the desk, whose rules, prices and films are the same."""

    def __init__(self, desk: Desk, *, api_key: str) -> None:
        self._desk, self._api_key = desk, api_key

    def submit(self, kind: str, body: bytes, faults: dict[str, Fault]) -> dict[str, Any]:
        """The answer to an order. Raises Refusal."""
        if kind not in FIELDS:
            raise Refusal(404, "not_found", "no such route")
        try:
            said = json.loads(body)
        except ValueError:
            raise Refusal(422, "invalid_json", "the body is no JSON") from None
        if not isinstance(said, dict):
            raise Refusal(422, "invalid_json", "the body must be a JSON object")
        self._check_key(said.get("api_key"))
        try:
            order, plain = read_vendor_order(kind, said)
        except RuleBroken as broken:
            message = f"{broken.param}: {broken.message}" if broken.param else broken.message
            raise Refusal(422, "invalid_parameter", message, param=broken.param) from None
        task, _ = self._desk.take(order, json.dumps(plain).encode(), None, faults)
        return _answer(task.id, "Task submitted successfully", "ok")

    def query(self, kind: str, task: Task | None, base_url: str, faults: dict[str, Fault]) -> dict[str, Any]:
        """The task in the vendor's words; asked under the path of another kind it is not known. Raises Refusal."""
        if task is None or _kind_of(task) != kind:
            raise Refusal(404, "task_not_found", "no such task")
        status = _STATUSES[task.status_at(time.time())]
        if fault := faults.get("task_status"):
            return _answer(task.id, "", fault.text("status", "warming_up"))
        if status == "failed":
            error = task.error or {}
            code = error.get("code")
            said = _answer(task.id, str(error.get("message", "")), status)
            return said | {"code": code if isinstance(code, int) else 500}
        said = _answer(task.id, "", status)
        if status == "success":
            link, _ = result_link(task, base_url, faults)
            order = read_order(json.loads(task.body))
            said["data"] = {
                "video_url": link,
                "duration": round(task.seconds or order.duration),
                "resolution": order.resolution,
            }
        return said

    def _check_key(self, key: object) -> None:
        if not isinstance(key, str) or not hmac.compare_digest(key.encode(), self._api_key.encode()):
            raise Refusal(401, "invalid_api_key", "Invalid API key")


def read_vendor_order(kind: str, said: dict[str, Any]) -> tuple[Order, dict[str, Any]]:
    """The order, and the same in the words of the shared rule book. Raises RuleBroken."""
    given = {name: value for name, value in said.items() if value is not None and value != []}
    for name in given:
        if name not in FIELDS[kind]:
            raise RuleBroken(name, f"is not a parameter of {kind}")
    mode, sound = given.get("mode", "std"), given.get("sound", False)
    if mode not in ("std", "fast"):
        raise RuleBroken("mode", "must be std or fast")
    if not isinstance(sound, bool):
        raise RuleBroken("sound", "must be true or false")
    if sound and mode == "fast":
        raise RuleBroken("sound", "is only supported in mode std")
    asked = {name: value for name, value in given.items() if name not in ("api_key", "mode", "sound")}
    plain = {"model": f"skyreels-v4-{mode}", **asked}
    order = read_order(plain)
    if kind == "image2video" and not (order.first_frame or order.end_frame or order.keyframes):
        raise RuleBroken("first_frame_image", "at least one frame must be given")
    if kind == "omni-video" and not (order.subjects or order.clip):
        raise RuleBroken("ref_images", "at least one reference must be given")
    return order, plain


def _kind_of(task: Task) -> str:
    body = json.loads(task.body)
    for kind in ("image2video", "omni-video"):
        if any(name in body for name in FIELDS[kind] - FIELDS["text2video"]):
            return kind
    return "text2video"


def _answer(task_id: str, message: str, status: str) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "msg": message,
        "code": 200,
        "status": status,
        "data": None,
        "trace_id": secrets.token_hex(8),
    }
