"""The gateway and its white-label mirrors (skyreels-api.md sections 1 to 6)."""

from typing import ClassVar
from urllib.parse import quote

import httpx

from generation.skyreels.capabilities import Capabilities
from generation.skyreels.errors import OutcomeUnknown, Refused, Unavailable, UnknownTask
from generation.skyreels.failures import (
    query_failure,
    read_error_body,
    read_json,
    submit_failure,
    unreadable_response,
)
from generation.skyreels.limits import MAX_REF_VIDEO_SECONDS
from generation.skyreels.pricing import GATEWAY_PRICES, PriceTable
from generation.skyreels.providers.contract import Call, Provider
from generation.skyreels.requests import GenerationRequest
from generation.skyreels.responses import Balance, Submitted, Task, find_task_id
from generation.skyreels.vocabulary import Model, Resolution, Scenario


class Gateway(Provider):
    """One path for all requests, the key in a header, and tasks that report their cost."""

    name: ClassVar[str] = "gateway"
    root: ClassVar[str] = "/v1"
    capabilities: ClassVar[Capabilities] = Capabilities(
        scenarios=frozenset(Scenario),
        models=frozenset(Model),
        resolutions=frozenset(Resolution),
        voiced=frozenset(Model),
        max_clip_seconds=MAX_REF_VIDEO_SECONDS,
        webhook=True,
        idempotency=True,
        balance=True,
        cost=True,
    )
    prices: ClassVar[PriceTable] = GATEWAY_PRICES

    def body(self, request: GenerationRequest) -> bytes:
        return request.body()

    def submit_call(self, body: bytes, *, idempotency_key: str, api_key: str) -> Call:
        headers = _signed(api_key)
        headers.update({"Content-Type": "application/json", "Idempotency-Key": idempotency_key})
        return Call("/v1/videos/generations", headers, body)

    def read_submitted(self, response: httpx.Response, *, body: bytes, secret: str) -> Submitted:
        if not response.is_success:
            raise submit_failure(response, secret)
        task_id = find_task_id(read_json(response))
        if task_id is None:
            raise unreadable_response(OutcomeUnknown, response, secret)
        replayed = response.headers.get("Idempotency-Replayed", "").lower() == "true"
        return Submitted(task_id=task_id, replayed=replayed)

    def task_call(self, task_id: str, *, api_key: str) -> Call:
        if not task_id.strip(". "):  # would be another URL than a task's
            raise UnknownTask("A task id must not be empty.")
        return Call(f"/v1/tasks/{quote(task_id, safe='')}?language=en", _signed(api_key))

    def read_task(self, response: httpx.Response, *, task_id: str, secret: str) -> Task:
        if not response.is_success:
            raise query_failure(response, secret)
        task = Task.read(read_json(response))
        if task is None:
            raise unreadable_response(Unavailable, response, secret)
        return task if task.id else task.model_copy(update={"id": task_id})

    def balance_call(self, *, api_key: str) -> Call:
        return Call("/v1/balance", _signed(api_key))

    def read_balance(self, response: httpx.Response, *, secret: str) -> Balance:
        if not response.is_success:
            raise query_failure(response, secret, missing=Refused)
        payload = read_json(response)
        if not isinstance(payload, dict):
            raise unreadable_response(Unavailable, response, secret)
        if payload.get("success") is False or read_error_body(payload.get("error")).message:
            raise unreadable_response(Refused, response, secret)
        return Balance.model_validate(payload)


def _signed(api_key: str) -> httpx.Headers:
    """Return httpx.Headers, which hides the key in tracebacks."""
    return httpx.Headers({"Authorization": f"Bearer {api_key}"})


GATEWAY = Gateway()
