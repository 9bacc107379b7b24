"""The vendor's API over HTTP: whole jobs through our own client, and their failures."""

import time
from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest

from generation.sandbox.server import SandboxServer
from generation.skyreels.client import SkyReelsClient
from generation.skyreels.errors import (
    BalanceExhausted,
    KeyRejected,
    NotSent,
    OutcomeUnknown,
    Refused,
    SkyReelsError,
    Unavailable,
    UnknownTask,
)
from generation.skyreels.providers import VENDOR
from generation.skyreels.schemas import Task, parse_request
from tests.generation.sandbox.conftest import GREEN, KEY, RED, ApiClient, MediaHost, body_of, watch


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def client(api: ApiClient, http: httpx.Client) -> SkyReelsClient:
    return SkyReelsClient(http, base_url=api.server.base_url, api_key=KEY, provider=VENDOR)


def submit(client: SkyReelsClient, **body: object) -> str:
    request = parse_request(body_of(**body))
    return client.submit(VENDOR.body(request), idempotency_key="job-1").task_id


def finish(client: SkyReelsClient, task_id: str) -> Task:
    for _ in range(1500):
        task = client.task(task_id)
        if task.state.is_terminal:
            return task
        time.sleep(0.02)
    raise AssertionError(f"{task_id} is still {task.status}")


def refusal(client: SkyReelsClient, **body: object) -> SkyReelsError:
    with pytest.raises(SkyReelsError) as raised:
        submit(client, **body)
    return raised.value


def test_a_job_of_each_kind_becomes_a_video(
    client: SkyReelsClient, http: httpx.Client, media: MediaHost
) -> None:
    red, green = media.image("vendor-red.png", RED), media.image("vendor-green.png", GREEN)
    jobs = {
        "text2video": submit(client, model="skyreels-v4-std", aspect_ratio="1:1"),
        "image2video": submit(client, first_frame_image=red, end_frame_image=green),
        "omni-video": submit(
            client,
            prompt="@Mara in the rain",
            ref_images=[{"tag": "@Mara", "type": "image", "image_urls": [red, green]}],
        ),
    }
    for kind, task_id in jobs.items():
        assert task_id.startswith(f"{kind}/task_")
        task = finish(client, task_id)
        assert (task.id, task.status) == (task_id, "success")
        assert task.video_url is not None
        video = watch(http.get(task.video_url).content)
        assert (video.seconds, video.codecs[0]) == (pytest.approx(3, abs=0.1), "h264")
        if kind == "text2video":
            assert video.size == (640, 640)


def test_a_vendor_request_equals_the_gateways(failing_api: ApiClient, http: httpx.Client) -> None:
    client = SkyReelsClient(http, base_url=failing_api.server.base_url, api_key=KEY, provider=VENDOR)
    task_id = submit(client, model="skyreels-v4-std", prompt="the order of a vendor")
    (kept,) = [task for task in failing_api.server.tasks() if task["prompt"] == "the order of a vendor"]
    assert kept["request"] == body_of(model="skyreels-v4-std", prompt="the order of a vendor")
    assert (kept["id"], kept["idempotency_key"]) == (task_id.removeprefix("text2video/"), None)
    assert KEY not in str(kept)


def test_a_task_reports_its_status(client: SkyReelsClient, api: ApiClient) -> None:
    api.server.add_fault("submit", "slow_task", seconds=30)
    task_id = submit(client, prompt="a slow one")
    assert client.task(task_id).status == "submitted"
    api.server.add_fault("query", "task_status", status="unknown")
    assert (client.task(task_id).status, client.task(task_id).state.is_terminal) == ("unknown", False)


def test_a_failed_task_is_a_normal_response(client: SkyReelsClient, api: ApiClient) -> None:
    api.server.add_fault("submit", "fail_task", code=482, message="the image is not allowed")
    task = finish(client, submit(client))
    assert task.status == "failed"
    assert task.error is not None
    assert (task.error.code, task.error.message) == ("482", "the image is not allowed")


def test_a_source_that_cannot_be_fetched_fails_the_task(client: SkyReelsClient, media: MediaHost) -> None:
    task = finish(client, submit(client, first_frame_image=f"{media.base_url}/nowhere.png"))
    assert task.error is not None
    assert (task.status, task.error.code) == ("failed", "500")
    assert "first_frame" in task.error.message


def test_the_key_is_read_from_the_body(api: ApiClient, http: httpx.Client) -> None:
    stranger = SkyReelsClient(http, base_url=api.server.base_url, api_key="wrong", provider=VENDOR)
    assert type(refusal(stranger)) is KeyRejected
    path = f"{api.server.base_url}/api/v1/video/text2video/submit"
    bare = http.post(path, json={"prompt": "sea"}, headers={"Authorization": f"Bearer {KEY}"})
    assert (bare.status_code, bare.json()["code"], bare.json()["data"]) == (200, 401, None)


@pytest.mark.parametrize(
    ("kind", "said", "param"),
    [
        ("text2video", {"duration": 16}, "duration"),
        ("text2video", {"mode": "pro"}, "mode"),
        ("text2video", {"sound": "yes"}, "sound"),
        ("text2video", {"sound": True, "mode": "fast"}, "sound"),
        ("text2video", {"model": "skyreels-v4-fast"}, "model"),
        ("text2video", {"webhook": "https://backlot.example"}, "webhook"),
        ("text2video", {"first_frame_image": "https://h.example/a.png"}, "first_frame_image"),
        ("image2video", {}, "first_frame_image"),
        ("image2video", {"aspect_ratio": "1:1"}, "aspect_ratio"),
        ("image2video", {"first_frame_image": "https://h.example/a.webp"}, "first_frame_image"),
        ("omni-video", {}, "ref_images"),
        ("omni-video", {"ref_videos": [{"type": "extend"}]}, "ref_videos.0.tag"),
        ("omni-video", {"end_frame_image": "https://h.example/a.png"}, "end_frame_image"),
    ],
)
def test_a_broken_rule_names_its_field(
    api: ApiClient, http: httpx.Client, kind: str, said: dict, param: str
) -> None:
    path = f"{api.server.base_url}/api/v1/video/{kind}/submit"
    answer = http.post(path, json={"api_key": KEY, "prompt": "sea", **said})
    told = answer.json()
    assert (answer.status_code, told["code"], told["status"], told["task_id"]) == (200, 422, "error", "")
    assert ".".join(str(part) for part in told["detail"][0]["loc"]) == f"body.{param}"
    assert told["msg"].startswith(f"{param}: ")


def test_our_client_gets_the_field_of_an_error(client: SkyReelsClient) -> None:
    body = b'{"prompt":"sea","duration":16,"sound":false,"mode":"std"}'
    with pytest.raises(Refused) as raised:
        client.submit(body, idempotency_key="job-1")
    assert (raised.value.code, raised.value.param) == ("422", "duration")


@pytest.mark.parametrize("body", [b"{", b"[]", b'"sea"'])
def test_a_body_that_is_not_an_object_is_refused(api: ApiClient, http: httpx.Client, body: bytes) -> None:
    answer = http.post(f"{api.server.base_url}/api/v1/video/text2video/submit", content=body)
    assert answer.json()["code"] == 422


def test_a_task_is_found_only_under_its_own_kind(failing_api: ApiClient, http: httpx.Client) -> None:
    client = SkyReelsClient(http, base_url=failing_api.server.base_url, api_key=KEY, provider=VENDOR)
    task_id = submit(client)
    assert client.task(task_id).status == "failed"
    for other in (task_id.replace("text2video", "omni-video"), "text2video/task_nobody"):
        with pytest.raises(UnknownTask):
            client.task(other)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, KeyRejected),
        (480, BalanceExhausted),
        (429, NotSent),
        (481, NotSent),
        (482, Refused),
        (500, OutcomeUnknown),
        (503, OutcomeUnknown),
    ],
)
@pytest.mark.parametrize("inside", [True, False])
def test_error_faults_inside_and_outside_of_http_200(
    client: SkyReelsClient, api: ApiClient, status: int, kind: type, inside: bool
) -> None:
    api.server.add_fault("submit", "status", status=status, inside=inside, message="on demand")
    failure = refusal(client)
    assert type(failure) is kind
    assert (failure.status_code, failure.code) == (200 if inside else status, str(status))
    assert "on demand" in failure.message


@pytest.mark.parametrize("drop", ["drop_before", "drop_after", "drop_midway"])
def test_a_lost_response_leaves_the_outcome_unknown(
    client: SkyReelsClient, api: ApiClient, drop: str
) -> None:
    api.server.add_fault("submit", "fail_task")
    api.server.add_fault("submit", drop)
    assert type(refusal(client)) is OutcomeUnknown


def test_a_lost_response_to_a_query_is_retried(client: SkyReelsClient, api: ApiClient) -> None:
    api.server.add_fault("submit", "slow_task", seconds=30)
    task_id = submit(client)
    api.server.add_fault("query", "status", status=500, inside=True)
    with pytest.raises(Unavailable):
        client.task(task_id)
    assert client.task(task_id).status == "submitted"


def test_there_is_no_idempotency(failing_api: ApiClient, http: httpx.Client) -> None:
    client = SkyReelsClient(http, base_url=failing_api.server.base_url, api_key=KEY, provider=VENDOR)
    assert submit(client) != submit(client)


def test_there_is_no_balance(client: SkyReelsClient, api: ApiClient) -> None:
    assert client.balance().remain_balance is None
    assert api.server.log()[-1]["path"] == "/api/v1/video/text2video/task/none"


def test_a_video_costs_the_same_in_both_apis(
    api: ApiClient, client: SkyReelsClient, shared_server: SandboxServer
) -> None:
    before = Decimal(str(shared_server.task_service.balance()["used_balance"]))
    finish(client, submit(client))
    after = Decimal(str(shared_server.task_service.balance()["used_balance"]))
    assert after - before == Decimal("0.064") * 3
