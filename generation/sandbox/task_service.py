"""Create and query tasks, and report the balance. This layer knows nothing of HTTP."""

import hashlib
import json
import logging
import math
import re
import time
from typing import Any

from generation.sandbox.faults import Fault
from generation.sandbox.prices import OPENING_BALANCE, cost, expected_seconds, render_time
from generation.sandbox.render_request import RenderRequest
from generation.sandbox.renderer import Renderer
from generation.sandbox.rules import InvalidParameter, read_request
from generation.sandbox.task_store import IdempotencyKeyReused, Task, TaskStore, new_task_id

log = logging.getLogger("backlot.sandbox")

_VISIBLE = re.compile(r"[\x21-\x7e]{1,191}")


class ApiError(Exception):
    """An error response in the gateway's envelope."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.param = status, message, param
        self.envelope = {"error": {"code": code, "message": message, "type": kind, "param": param}}


class TaskService:
    """The gateway's operations. `speed` scales the simulated render time; 0 is as fast as possible."""

    def __init__(self, store: TaskStore, renderer: Renderer, *, speed: float) -> None:
        self._store, self._renderer, self._speed = store, renderer, speed

    def submit(self, body: bytes, key: str | None, faults: dict[str, Fault]) -> tuple[dict[str, Any], bool]:
        """Return the response, and whether it is a replay. Raise ApiError."""
        if key is not None and not _VISIBLE.fullmatch(key):
            raise ApiError(
                400, "invalid_idempotency_key", "Idempotency-Key must be 1 to 191 visible ASCII characters"
            )
        task, replayed = self.create_task(_read(body), body, key, faults)
        return {"code": 200, "data": [{"status": "submitted", "task_id": task.id}]}, replayed

    def create_task(
        self, request: RenderRequest, body: bytes, key: str | None, faults: dict[str, Fault]
    ) -> tuple[Task, bool]:
        """Return a new task, or the one created with the same key, and whether it is a replay. Raise ApiError."""
        try:
            task, replayed = self._store.add(self._open_task(request, body, key, faults))
        except IdempotencyKeyReused:
            message = "the Idempotency-Key was used with another body"
            raise ApiError(409, "idempotency_key_reused", message) from None
        if not replayed:
            log.info("task %s submitted", task.id)
            self._renderer.add(task)
        return task, replayed

    def _open_task(
        self, request: RenderRequest, body: bytes, key: str | None, faults: dict[str, Fault]
    ) -> Task:
        now = time.time()
        extra = faults["slow_task"].number("seconds", 30) if "slow_task" in faults else 0.0
        ready = now + render_time(request) * self._speed + extra
        outcome: dict[str, Any] = {}
        if fault := faults.get("fail_task"):
            code, message = (
                fault.details.get("code", "generation_failed"),
                fault.text("message", "the rendering failed"),
            )
            error = {"code": code, "message": message, "type": "task_error"}
            outcome = {"state": "failed", "finished": ready, "cost": 0.0, "error": error}
        quoted = cost(request, expected_seconds(request))
        sha = hashlib.sha256(body).hexdigest()
        return Task(new_task_id(now), key, sha, body.decode(), now, ready, quoted, **outcome)

    def query(self, task: Task, base_url: str, faults: dict[str, Fault]) -> dict[str, Any]:
        """Return the task object (skyreels-api.md section 2)."""
        now = time.time()
        status, price = task.status_at(now), task.quoted if task.cost is None else task.cost
        data: dict[str, Any] = {
            "id": task.id,
            "status": status,
            "progress": task.progress_at(now),
            "created": int(task.created),
            "estimated_time": math.ceil(task.ready_at - task.created),
            "cost": price,
            "credits_cost": round(price * 10, 5),
        }
        if status in {"completed", "failed"} and task.finished is not None:
            data |= {"completed": int(task.finished), "actual_time": round(task.finished - task.created)}
        if status == "completed":
            data["result"] = {"videos": [_video(task, base_url, faults)]}
        if status == "failed":
            data["error"] = task.error
        if fault := faults.get("task_status"):
            data = {"id": task.id, "status": fault.text("status", "warming_up"), "progress": 0}
        return {"code": 200, "data": data}

    def balance(self) -> dict[str, Any]:
        """Return the balance in US dollars. Requests are accepted even if it is 0."""
        spent = round(self._store.spent(), 6)
        remains = round(max(0.0, OPENING_BALANCE - spent), 6)
        return {"success": True, "remain_balance": remains, "used_balance": spent, "unlimited_quota": False}

    def tasks(self) -> list[dict[str, Any]]:
        """Return every task for tests, oldest first; times are unix seconds with fractions."""
        now = time.time()
        return [
            {
                "id": task.id,
                "prompt": task.prompt,
                "idempotency_key": task.idempotency_key,
                "status": task.status_at(now),
                "created": task.created,
                "completed": task.finished if task.finished is not None and now >= task.finished else None,
                "submits": task.submits,
                "request": json.loads(task.body),
            }
            for task in self._store.all()
        ]


def result_link(task: Task, base_url: str, faults: dict[str, Fault]) -> tuple[str, int]:
    """Return the URL of the video, and when it expires in unix seconds."""
    expires = int(time.time() - 60 if "expired_link" in faults else task.expires_at)
    name = f"{task.id}-gone" if "dead_link" in faults else task.id
    return f"{base_url}/results/{name}.mp4?expires={expires}", expires


def _video(task: Task, base_url: str, faults: dict[str, Fault]) -> dict[str, Any]:
    url, expires = result_link(task, base_url, faults)
    return {"url": url if "url_as_string" in faults else [url], "expires_at": expires}


def _read(body: bytes) -> RenderRequest:
    try:
        return read_request(json.loads(body))
    except ValueError:
        raise ApiError(400, "invalid_json", "the body is not valid JSON") from None
    except InvalidParameter as broken:
        message = f"{broken.param}: {broken.message}" if broken.param else broken.message
        raise ApiError(422, "invalid_parameter", message, param=broken.param) from None
