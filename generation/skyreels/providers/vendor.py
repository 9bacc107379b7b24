"""The vendor's own API (skyreels-api.md section 8, and the vendor's pages as public clients know them).

Evidence: **H** section 8, or a public copy of the vendor's pages that its clients confirm, **M** two independent
clients agree, **L** one client or an inference.

| fact | evidence |
|---|---|
| `POST /api/v1/video/{kind}/submit`, `GET /api/v1/video/{kind}/task/{id}` | H |
| the kinds `text2video`, `image2video`, `omni-video` | H |
| `api_key` in the JSON body of a submit; a poll carries no key | H |
| no `model` but a `mode`, `std` by default; `sound` is false by default | H |
| `mode` may be `fast`, which an older page only announced, as `pro` still is | M |
| `resolution` as at the gateway, though an older page says that all is 1080p | M |
| sound in mode std only; a reference video keeps its own sound | M |
| responses `{task_id, msg, code, status, data, trace_id}` | H |
| codes 401 key, 422 rule, 429 busy, 480 no credits, 481 too fast, 482 content, 500 | H |
| a code may be inside HTTP 200, or be the HTTP status itself: both are read | L |
| `detail: [{loc, msg}]` of a 422 names the field | L |
| `aspect_ratio` is no field of image2video | H |
| a video of at most 10 s; no webhook, no idempotency key, no balance, no price in USD | H, absent from the pages |
| unknown task: 404 or 422; status `unknown` means "keep polling" | L |

The gateway's prices replace the vendor's, which sells credits: only an estimate (L).
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import quote

import httpx

from generation.skyreels.capabilities import Capabilities
from generation.skyreels.clean_text import read_text
from generation.skyreels.errors import OutcomeUnknown, Unavailable, UnknownTask
from generation.skyreels.failures import read_json, unreadable_response
from generation.skyreels.limits import SAFE_REF_VIDEO_SECONDS
from generation.skyreels.pricing import GATEWAY_PRICES, PriceTable
from generation.skyreels.providers.contract import Call, Provider
from generation.skyreels.providers.vendor_failures import (
    is_success,
    query_failure,
    reports_failed_task,
    submit_failure,
)
from generation.skyreels.requests import GenerationRequest
from generation.skyreels.responses import Balance, Submitted, Task, TaskError, TaskState, find_url, read_id
from generation.skyreels.vocabulary import (
    I2V_FIELDS,
    OMNI_FIELDS,
    ClipType,
    Mode,
    Model,
    Resolution,
    Scenario,
)

KINDS = {Mode.T2V: "text2video", Mode.I2V: "image2video", Mode.OMNI: "omni-video"}
_MODES = {Model.FAST: "fast", Model.STD: "std"}
_NO_TASK = "text2video/none"


class Vendor(Provider):
    """One path for each kind of request. A task's ID is stored as `kind/id`, which is enough to query it."""

    name: ClassVar[str] = "vendor"
    root: ClassVar[str] = "/api/v1"
    capabilities: ClassVar[Capabilities] = Capabilities(
        scenarios=frozenset(Scenario),
        models=frozenset(Model),
        resolutions=frozenset(Resolution),
        voiced=frozenset({Model.STD}),
        max_clip_seconds=SAFE_REF_VIDEO_SECONDS,
        webhook=False,
        idempotency=False,
        balance=False,
        cost=False,
    )
    prices: ClassVar[PriceTable] = GATEWAY_PRICES

    def body(self, request: GenerationRequest) -> bytes:
        fields = request.model_dump(mode="json", exclude_unset=True, exclude={"model", "webhook"})
        if request.mode is Mode.I2V:
            fields.pop("aspect_ratio", None)
        fields |= {"sound": _has_sound(request), "mode": _MODES[request.model]}
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()

    def submit_call(self, body: bytes, *, idempotency_key: str, api_key: str) -> Call:
        """Put the key in front of the frozen bytes, which are unchanged; the idempotency key is not sent."""
        signed = b'{"api_key":' + json.dumps(api_key).encode() + b"," + body.removeprefix(b"{")
        headers = httpx.Headers({"Content-Type": "application/json"})
        return Call(f"/api/v1/video/{_kind_of(body)}/submit", headers, signed)

    def read_submitted(self, response: httpx.Response, *, body: bytes, secret: str) -> Submitted:
        payload = read_json(response)
        if not is_success(response, payload):
            raise submit_failure(response, payload, secret)
        task_id = read_id(payload.get("task_id")) if isinstance(payload, Mapping) else None
        if task_id is None:
            raise unreadable_response(OutcomeUnknown, response, secret)
        return Submitted(task_id=f"{_kind_of(body)}/{task_id}")

    def task_call(self, task_id: str, *, api_key: str) -> Call:
        kind, _, number = task_id.partition("/")
        if kind not in KINDS.values() or not number.strip(". "):
            raise UnknownTask("This is no task of the vendor's own API.")
        return Call(f"/api/v1/video/{kind}/task/{quote(number, safe='')}")

    def read_task(self, response: httpx.Response, *, task_id: str, secret: str) -> Task:
        payload = read_json(response)
        if not isinstance(payload, Mapping) or not (
            is_success(response, payload) or reports_failed_task(payload)
        ):
            raise query_failure(response, payload, secret)
        task = _task(payload, task_id)
        if not task.status:
            raise unreadable_response(Unavailable, response, secret)
        return task

    def balance_call(self, *, api_key: str) -> Call:
        """Query a task that cannot exist, since there is no balance: a response shows that the vendor is reachable."""
        return self.task_call(_NO_TASK, api_key=api_key)

    def read_balance(self, response: httpx.Response, *, secret: str) -> Balance:
        with suppress(UnknownTask):
            self.read_task(response, task_id=_NO_TASK, secret=secret)
        return Balance()


def _has_sound(request: GenerationRequest) -> bool:
    """Return whether to request sound: as at the gateway, wherever the vendor supports it."""
    follows = any(clip.type is ClipType.REFERENCE for clip in request.ref_videos)
    return request.model in Vendor.capabilities.voiced and not follows


def _kind_of(body: bytes) -> str:
    """Return the kind of the frozen bytes, as `GenerationRequest.mode` would."""
    fields: dict[str, Any] = json.loads(body)
    if any(name in fields for name in OMNI_FIELDS):
        return KINDS[Mode.OMNI]
    return KINDS[Mode.I2V if any(name in fields for name in I2V_FIELDS) else Mode.T2V]


def _task(payload: Mapping[str, object], task_id: str) -> Task:
    """Return the task in a response. `data` is null until there is a video, which means done whatever the status.

    The vendor's page shows a finished task with status `running`; its clients wait for `success`.
    """
    url = find_url(payload.get("data"))
    task = Task.model_validate({"id": task_id, "status": payload.get("status"), "video_url": url})
    if task.state is TaskState.FAILED:
        error = TaskError(code=read_text(payload.get("code")), message=read_text(payload.get("msg")))
        return task.model_copy(update={"error": error})
    return task.model_copy(update={"status": "success"}) if url else task


VENDOR = Vendor()
