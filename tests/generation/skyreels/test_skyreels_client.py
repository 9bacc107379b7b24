"""What the clients send and what they make of good answers."""

import asyncio
import json
from decimal import Decimal

import httpx
import pytest

from generation.skyreels.client import AsyncSkyReelsClient, SkyReelsClient, default_timeout, limits
from generation.skyreels.errors import KeyRejected, Refused, SkyReelsError, Unavailable, UnknownTask
from generation.skyreels.providers import GATEWAY
from generation.skyreels.schemas import Submitted, TaskState
from tests.generation.skyreels.local_gateway import KEY, Gateway, reset_connection

DONE = {
    "code": 200,
    "data": {
        "id": "task_1",
        "status": "completed",
        "progress": 100,
        "cost": 0.32,
        "result": {"videos": [{"url": ["https://cdn.example/v.mp4"], "expires_at": 1763174708}]},
    },
}


@pytest.mark.parametrize("status", [200, 201, 202])
def test_submit_sends_the_frozen_bytes(gateway: Gateway, client: SkyReelsClient, status: int) -> None:
    gateway.answers(status, {"code": 200, "data": [{"status": "submitted", "task_id": "task_1"}]})
    body = '{"model":"skyreels-v4-fast","prompt":"Grüße  海"}'.encode()
    assert client.submit(body, idempotency_key="job-1") == Submitted(task_id="task_1", replayed=False)
    (heard,) = gateway.heard
    assert (heard.method, heard.path, heard.body) == ("POST", "/v1/videos/generations", body)
    sent = {name.lower(): value for name, value in heard.headers.items()}
    assert sent["authorization"] == f"Bearer {KEY}"
    assert sent["content-type"] == "application/json"
    assert sent["idempotency-key"] == "job-1"


def test_a_replay_is_told(gateway: Gateway, client: SkyReelsClient) -> None:
    gateway.answers(200, {"data": {"id": "task_1"}}, Idempotency_Replayed="true")
    assert client.submit(b"{}", idempotency_key="job-1") == Submitted(task_id="task_1", replayed=True)


@pytest.mark.parametrize("key", ["k", "k" * 191, "!~"])
def test_keys_that_may_be_sent(gateway: Gateway, client: SkyReelsClient, key: str) -> None:
    gateway.answers(200, {"data": {"id": "task_1"}})
    client.submit(b"{}", idempotency_key=key)
    assert gateway.heard[0].headers["Idempotency-Key"] == key


@pytest.mark.parametrize("key", ["", "k" * 192, "a b", "a\n", "clé"])
def test_keys_that_may_not_be_sent(gateway: Gateway, client: SkyReelsClient, key: str) -> None:
    with pytest.raises(ValueError, match="1 to 191 visible ASCII"):
        client.submit(b"{}", idempotency_key=key)
    assert gateway.heard == []


def test_a_task(gateway: Gateway, client: SkyReelsClient) -> None:
    gateway.answers(200, DONE)
    task = client.task("task_1")
    assert (task.id, task.state, task.progress) == ("task_1", TaskState.COMPLETED, 100)
    assert (task.cost, task.video_url) == (Decimal("0.32"), "https://cdn.example/v.mp4")
    assert gateway.heard[0].path == "/v1/tasks/task_1?language=en"


def test_a_failed_task_is_a_normal_response_and_no_error(gateway: Gateway, client: SkyReelsClient) -> None:
    gateway.answers(
        200, {"code": 200, "data": {"status": "failed", "error": {"code": 7, "message": "unsafe"}}}
    )
    task = client.task("task_1")
    assert (task.id, task.state) == ("task_1", TaskState.FAILED)
    assert task.error is not None
    assert (task.error.code, task.error.message) == ("7", "unsafe")


@pytest.mark.parametrize(
    ("task_id", "path"),
    [("a/../b?c#d e", "/v1/tasks/a%2F..%2Fb%3Fc%23d%20e"), ("海", "/v1/tasks/%E6%B5%B7")],
)
def test_an_opaque_id_stays_one_piece(
    gateway: Gateway, client: SkyReelsClient, task_id: str, path: str
) -> None:
    gateway.answers(200, DONE)
    client.task(task_id)
    assert gateway.heard[0].path == f"{path}?language=en"


@pytest.mark.parametrize("task_id", ["", " ", ".", ".."])
def test_an_id_that_is_none_is_not_asked_for(gateway: Gateway, client: SkyReelsClient, task_id: str) -> None:
    with pytest.raises(UnknownTask):
        client.task(task_id)
    assert gateway.heard == []


@pytest.mark.parametrize("tail", ["", "/", "/v1", "/v1/"])
def test_the_base_url_with_or_without_version(gateway: Gateway, http: httpx.Client, tail: str) -> None:
    gateway.answers(200, {"success": True})
    SkyReelsClient(http, base_url=gateway.url + tail, api_key=KEY).balance()
    assert gateway.heard[0].path == "/v1/balance"


@pytest.mark.parametrize("url", ["", "api.apimart.ai", "ftp://h.example", "https://"])
def test_a_base_url_of_no_use(http: httpx.Client, url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        SkyReelsClient(http, base_url=url, api_key=KEY)


@pytest.mark.parametrize("key", ["", "sk-secret\n", "sk-secret é", "sk secret"])
def test_an_api_key_of_no_use_is_not_repeated(http: httpx.Client, key: str) -> None:
    with pytest.raises(ValueError, match="API key") as raised:
        SkyReelsClient(http, base_url="https://h.example", api_key=key)
    assert "secret" not in str(raised.value)


def test_balance(gateway: Gateway, client: SkyReelsClient) -> None:
    gateway.answers(
        200, {"success": True, "remain_balance": 10.5, "used_balance": "2.3", "unlimited_quota": False}
    )
    balance = client.balance()
    assert (balance.remain_balance, balance.used_balance) == (Decimal("10.5"), Decimal("2.3"))
    assert balance.unlimited_quota is False


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"success": False, "message": "no such token"}, Refused),
        (200, {"success": False}, Refused),
        (200, b"<html>", Unavailable),
        (200, ["odd"], Unavailable),
        (401, b"", KeyRejected),
        (404, b"", Refused),
        (429, b"", Unavailable),
        (502, b"", Unavailable),
    ],
)
def test_no_balance(gateway: Gateway, client: SkyReelsClient, status: int, body: object, kind: type) -> None:
    gateway.answers(status, body)
    with pytest.raises(SkyReelsError) as raised:
        client.balance()
    assert type(raised.value) is kind


def test_redirects_are_not_followed_with_the_key(gateway: Gateway) -> None:
    gateway.answers(307, b"", Location="/other")
    with httpx.Client(follow_redirects=True, trust_env=False) as http:
        client = SkyReelsClient(http, base_url=gateway.url, api_key=KEY)
        with pytest.raises(Refused):
            client.submit(b"{}", idempotency_key="job-1")
        with pytest.raises(Unavailable):
            client.task("task_1")
    assert len(gateway.heard) == 2


def test_the_key_does_not_show(client: SkyReelsClient) -> None:
    assert KEY not in repr(client)
    call = GATEWAY.submit_call(b"{}", idempotency_key="job-1", api_key=KEY)
    assert KEY not in repr(call)
    assert KEY not in repr(call.headers)


def test_many_tasks_at_once(gateway: Gateway) -> None:
    gateway.answers(200, DONE)

    async def ask() -> list[str]:
        async with httpx.AsyncClient(timeout=default_timeout(), limits=limits(4), trust_env=False) as http:
            client = AsyncSkyReelsClient(http, base_url=gateway.url, api_key=KEY)
            tasks = await asyncio.gather(*(client.task(f"task_{n}") for n in range(12)))
            return [task.state for task in tasks]

    assert asyncio.run(ask()) == ["completed"] * 12
    assert sorted(heard.path for heard in gateway.heard) == sorted(
        f"/v1/tasks/task_{n}?language=en" for n in range(12)
    )


@pytest.mark.parametrize(
    ("status", "kind"), [(401, KeyRejected), (404, UnknownTask), (429, Unavailable), (0, Unavailable)]
)
def test_asking_at_once_fails_alike(gateway: Gateway, status: int, kind: type[Exception]) -> None:
    gateway.answers(status, json.dumps({"error": "no"}).encode())
    gateway.misbehave = None if status else reset_connection

    async def ask() -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            await AsyncSkyReelsClient(http, base_url=gateway.url, api_key=KEY).task("task_1")

    with pytest.raises(kind):
        asyncio.run(ask())
