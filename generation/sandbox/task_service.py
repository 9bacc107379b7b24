"""The provider's front desk: takes orders, answers questions about them, keeps the purse. No HTTP here."""

import hashlib
import json
import logging
import math
import re
import time
from typing import Any

from generation.sandbox.faults import Fault
from generation.sandbox.prices import OPENING_BALANCE, cost, expected_seconds, render_time
from generation.sandbox.render_request import Order
from generation.sandbox.renderer import Renderer
from generation.sandbox.rules import RuleBroken, read_order
from generation.sandbox.task_store import KeyReused, Task, TaskStore, new_task_id

log = logging.getLogger("backlot.sandbox")

_VISIBLE = re.compile(r"[\x21-\x7e]{1,191}")


class Refusal(Exception):
    """An answer in the gateway's error envelope."""

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


class Desk:
    """`speed` scales the simulated rendering time; 0 is as fast as drawing allows."""

    def __init__(self, store: TaskStore, renderer: Renderer, *, speed: float) -> None:
        self._store, self._renderer, self._speed = store, renderer, speed

    def submit(self, body: bytes, key: str | None, faults: dict[str, Fault]) -> tuple[dict[str, Any], bool]:
        """The answer to an order and whether it is a replay. Raises Refusal."""
        if key is not None and not _VISIBLE.fullmatch(key):
            raise Refusal(
                400, "invalid_idempotency_key", "Idempotency-Key must be 1 to 191 visible ASCII characters"
            )
        task, replayed = self.take(_read(body), body, key, faults)
        return {"code": 200, "data": [{"status": "submitted", "task_id": task.id}]}, replayed

    def take(self, order: Order, body: bytes, key: str | None, faults: dict[str, Fault]) -> tuple[Task, bool]:
        """Open a task for an order, or find the one that its key made: (task, replayed). Raises Refusal."""
        try:
            task, replayed = self._store.add(self._open_task(order, body, key, faults))
        except KeyReused:
            message = "the Idempotency-Key was used with another body"
            raise Refusal(409, "idempotency_key_reused", message) from None
        if not replayed:
            log.info("task %s submitted", task.id)
            self._renderer.add(task)
        return task, replayed

    def _open_task(self, order: Order, body: bytes, key: str | None, faults: dict[str, Fault]) -> Task:
        now = time.time()
        extra = faults["slow_task"].number("seconds", 30) if "slow_task" in faults else 0.0
        ready = now + render_time(order) * self._speed + extra
        fate: dict[str, Any] = {}
        if fault := faults.get("fail_task"):
            code, message = (
                fault.details.get("code", "generation_failed"),
                fault.text("message", "the rendering failed"),
            )
            error = {"code": code, "message": message, "type": "task_error"}
            fate = {"state": "failed", "finished": ready, "cost": 0.0, "error": error}
        quoted = cost(order, expected_seconds(order))
        sha = hashlib.sha256(body).hexdigest()
        return Task(new_task_id(now), key, sha, body.decode(), now, ready, quoted, **fate)

    def query(self, task: Task, base_url: str, faults: dict[str, Fault]) -> dict[str, Any]:
        """The task object (skyreels-api.md section 2)."""
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
        """US dollars. The purse may run empty without refusing anyone: it is play money."""
        spent = round(self._store.spent(), 6)
        remains = round(max(0.0, OPENING_BALANCE - spent), 6)
        return {"success": True, "remain_balance": remains, "used_balance": spent, "unlimited_quota": False}

    def tasks(self) -> list[dict[str, Any]]:
        """Every task for tests, oldest first; times in unix seconds with fractions."""
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
    """Where the film lies and until when, in unix seconds."""
    expires = int(time.time() - 60 if "expired_link" in faults else task.expires_at)
    name = f"{task.id}-gone" if "dead_link" in faults else task.id
    return f"{base_url}/results/{name}.mp4?expires={expires}", expires


def _video(task: Task, base_url: str, faults: dict[str, Fault]) -> dict[str, Any]:
    url, expires = result_link(task, base_url, faults)
    return {"url": url if "url_as_string" in faults else [url], "expires_at": expires}


def _read(body: bytes) -> Order:
    try:
        return read_order(json.loads(body))
    except ValueError:
        raise Refusal(400, "invalid_json", "the body is no JSON") from None
    except RuleBroken as broken:
        message = f"{broken.param}: {broken.message}" if broken.param else broken.message
        raise Refusal(422, "invalid_parameter", message, param=broken.param) from None
