"""A provider in the test's own process, for thousands of steps: it answers as planned and counts what it executed.

It stands behind httpx, so that the client and the reading of answers are the real ones. What it says is consistent, as
the gateway is: a key that it knows is answered with its task, a body that broke a rule breaks it at every try, and a
render ends once.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

# The gateway forgets a key after so long (skyreels-api.md, section 5).
KEY_KEPT = timedelta(hours=24)
START = datetime(2026, 3, 2, 12, tzinfo=UTC)

EXECUTES = ("taken", "lost after", "broken after", "working")
NOT_EXECUTED = ("lost before", "broken", "no way there", "busy", "shut", "no money", "wrong key", "forbidden")
SUBMITS = (*EXECUTES, *NOT_EXECUTED, "rule broken", "lost track")
QUERIES = (
    "pending",
    "odd status",
    "done",
    "done without link",
    "failed",
    "unknown",
    "broken",
    "wrong key",
    "silent",
)

_ANSWERS: dict[str, tuple[int, object]] = {
    "broken": (500, {"error": {"code": "internal", "message": "oh"}}),
    "broken after": (502, "<html>Bad gateway</html>"),
    "working": (409, {"error": {"code": "idempotency_in_progress", "message": "wait"}}),
    "busy": (429, {"error": {"code": "rate_limited", "message": "slow down"}}),
    "shut": (503, {"error": {"code": "idempotency_unavailable", "message": "later"}}),
    "no money": (402, {"error": {"code": "insufficient_balance", "message": "pay"}}),
    "wrong key": (401, {"error": {"code": "invalid_api_key", "message": "who"}}),
    "forbidden": (403, {"error": {"code": "forbidden", "message": "no"}}),
    "rule broken": (422, {"error": {"code": "invalid_parameter", "message": "no", "param": "duration"}}),
    "lost track": (409, {"error": {"code": "idempotency_result_indeterminate", "message": "lost"}}),
    "unknown": (404, {"error": {"code": "task_not_found", "message": "no such task"}}),
}  # fmt: skip
_FAILURES = {
    "lost before": httpx.ReadTimeout,
    "lost after": httpx.ReadError,
    "no way there": httpx.ConnectError,
    "silent": httpx.ReadTimeout,
}


class Clock:
    """True time, and by how much this machine's clock is wrong."""

    def __init__(self) -> None:
        self.true = START
        self.wrong_by = timedelta(0)

    def now(self) -> datetime:
        return self.true + self.wrong_by


@dataclass
class Render:
    """A task that was executed, and is to be paid unless it failed."""

    id: str
    key: str
    since: datetime
    fate: str = ""
    links: int = 1

    @property
    def link(self) -> str:
        return f"https://results.example/{self.id}/{self.links}.mp4"


def nothing() -> None:
    """What happens around a request, mostly."""


class Provider:
    """`says` is the answer to the next submit, `tells` to all queries; `before` and `after` happen around the next
    submit, while it is under way."""

    def __init__(self, clock: Clock, *, honours_keys: bool) -> None:
        self.renders: list[Render] = []
        self.says, self.tells = "taken", "done"
        self.before: Callable[[], object] = nothing
        self.after: Callable[[], object] = nothing
        self._clock, self._honours_keys = clock, honours_keys
        self._refused: set[str] = set()

    def of_job(self, uuid: object) -> list[Render]:
        """What was executed for a job."""
        return [render for render in self.renders if str(uuid) in render.key]

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return self._submit(request)
        if request.url.path.startswith("/v1/tasks/"):
            return self._query(request.url.path.rpartition("/")[2])
        return httpx.Response(200, json={"success": True, "remain_balance": 100})

    def _submit(self, request: httpx.Request) -> httpx.Response:
        says, before, after = self.says, self.before, self.after
        self.says, self.before, self.after = "taken", nothing, nothing
        before()
        key = request.headers["Idempotency-Key"]
        known = self._known(key)
        if key in self._refused or (says == "rule broken" and not known):
            self._refused.add(key)
            says = "rule broken"
        elif says in EXECUTES or says == "rule broken":
            known = known or self._execute(key)
        after()
        if known and says in ("taken", "rule broken"):
            return httpx.Response(200, json={"code": 200, "data": [{"task_id": known.id}]})
        return _answer(says)

    def _known(self, key: str) -> Render | None:
        kept = self._clock.true - KEY_KEPT
        found = (one for one in self.renders if one.key == key and one.since > kept)
        return next(found, None) if self._honours_keys else None

    def _execute(self, key: str) -> Render:
        self.renders.append(Render(f"task_{len(self.renders)}", key, self._clock.true))
        return self.renders[-1]

    def _query(self, task_id: str) -> httpx.Response:
        render = next((one for one in self.renders if one.id == task_id), None)
        tells = self.tells
        if render is None or tells in _ANSWERS or tells in _FAILURES:
            return _answer("unknown" if render is None else tells)
        if tells in ("done", "failed"):
            tells = render.fate = render.fate or tells
        return httpx.Response(200, json={"code": 200, "data": {"id": task_id, **_state(tells, render)}})


def _state(tells: str, render: Render) -> dict[str, object]:
    if tells == "done":
        return {"status": "completed", "cost": 0.3, "result": {"videos": [{"url": [render.link]}]}}
    if tells == "failed":
        return {"status": "failed", "error": {"code": "moderation", "message": "not this"}}
    return {"status": {"done without link": "completed", "odd status": "dreaming"}.get(tells, "processing")}


def _answer(name: str) -> httpx.Response:
    if name in _FAILURES:
        raise _FAILURES[name](name)
    status, content = _ANSWERS[name]
    body = content if isinstance(content, str) else json.dumps(content)
    return httpx.Response(status, text=body)
