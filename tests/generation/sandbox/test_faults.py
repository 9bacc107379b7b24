"""Each fault, as a client sees it."""

import time
from collections.abc import Iterator

import httpx
import pytest

from generation.sandbox.faults import InvalidFault
from tests.generation.sandbox.conftest import ApiClient, watch


def post(api: ApiClient, *rules: dict) -> httpx.Response:
    return api.http.post("/sandbox/faults", json=list(rules))


@pytest.fixture(scope="module")
def finished_prompt() -> str:
    return "one video for every download"


@pytest.fixture(scope="module")
def guest() -> Iterator[httpx.Client]:
    """A client without a key, which result URLs do not need."""
    with httpx.Client(verify=False) as client:
        yield client


@pytest.fixture
def link(api: ApiClient, finished_prompt: str) -> str:
    """The URL of a finished video, rendered once for the module."""
    return api.link(api.submit(prompt=finished_prompt, key="video").json()["data"][0]["task_id"])


def test_a_status_fault_applies_the_given_number_of_times(failing_api: ApiClient) -> None:
    post(
        failing_api,
        {"at": "submit", "kind": "status", "status": 429, "retry_after": 7, "code": "slow", "times": 2},
    )
    answers = [failing_api.submit() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert answers[0].json()["error"]["code"] == "slow"


def test_status_faults_are_taken_in_order(failing_api: ApiClient) -> None:
    post(failing_api, *({"at": "submit", "kind": "status", "status": status} for status in (503, 402)))
    assert [failing_api.submit().status_code for _ in range(3)] == [503, 402, 200]


def test_status_fault_with_any_body_and_type(api: ApiClient) -> None:
    html = {"body": "<h1>Bad gateway</h1>", "content_type": "text/html"}
    post(api, {"at": "balance", "kind": "status", "status": 502, **html})
    answer = api.http.get("/v1/balance")
    assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (502, *html.values())
    post(api, {"at": "balance", "kind": "status", "status": 200, "body": {"success": False}})
    assert api.http.get("/v1/balance").json() == {"success": False}


def test_match_limits_a_fault_to_some_prompts(failing_api: ApiClient) -> None:
    post(failing_api, {"at": "submit", "kind": "status", "status": 500, "match": "cursed", "times": None})
    assert [failing_api.submit(prompt=prompt).status_code for prompt in ("fine", "cursed", "cursed")] == [
        200,
        500,
        500,
    ]


def test_delete_clears_all(api: ApiClient) -> None:
    post(api, {"at": "query", "kind": "status", "status": 500, "times": None})
    assert api.http.delete("/sandbox/faults").json() == {"cleared": True}
    assert api.http.get("/v1/tasks/task_nobody").status_code == 404


def test_dropped_before_is_not_executed(api: ApiClient) -> None:
    post(api, {"at": "submit", "kind": "drop_before"})
    with pytest.raises(httpx.RemoteProtocolError):
        api.submit(key="before")
    assert [task for task in api.server.tasks() if task["idempotency_key"] == "before"] == []


@pytest.mark.parametrize("kind", ["drop_after", "drop_midway"])
def test_dropped_after_is_executed_once_and_replayed(failing_api: ApiClient, kind: str) -> None:
    post(failing_api, {"at": "submit", "kind": kind})
    with pytest.raises(httpx.RemoteProtocolError):
        failing_api.submit(key=kind)
    [task] = [task for task in failing_api.server.tasks() if task["idempotency_key"] == kind]
    again = failing_api.submit(key=kind)
    assert (again.json()["data"][0]["task_id"], again.headers["Idempotency-Replayed"]) == (task["id"], "true")


def test_delay_and_slow_task(failing_api: ApiClient) -> None:
    post(
        failing_api,
        {"at": "submit", "kind": "slow_task", "seconds": 600},
        {"at": "submit", "kind": "delay", "seconds": 0.2},
    )
    began = time.monotonic()
    task_id = failing_api.open(prompt="slow")
    assert time.monotonic() - began >= 0.2
    assert failing_api.query(task_id)["estimated_time"] == 600
    assert failing_api.query(task_id)["status"] == "submitted"


def test_failed_task(api: ApiClient) -> None:
    post(api, {"at": "submit", "kind": "fail_task", "code": 1301, "message": "content refused"})
    task = api.finish(api.open())
    assert task["error"] == {"code": 1301, "message": "content refused", "type": "task_error"}
    assert (task["status"], task["cost"]) == ("failed", 0.0)


def test_unknown_status(api: ApiClient, link: str, finished_prompt: str) -> None:
    task_id = link.rpartition("/")[2].partition(".")[0]
    post(api, {"at": "query", "kind": "task_status", "status": "dreaming", "match": finished_prompt})
    assert [api.query(task_id)["status"] for _ in range(2)] == ["dreaming", "completed"]


def test_url_as_string_expired_and_dead_links(api: ApiClient, link: str, guest: httpx.Client) -> None:
    task_id = link.rpartition("/")[2].partition(".")[0]
    post(api, *({"at": "query", "kind": kind} for kind in ("url_as_string", "expired_link", "dead_link")))
    video = api.query(task_id)["result"]["videos"][0]
    assert isinstance(video["url"], str)
    assert video["expires_at"] < time.time()
    assert guest.get(video["url"]).status_code == 404
    assert api.query(task_id)["result"]["videos"][0]["url"] == [link]


def test_expired_link_is_refused(api: ApiClient, link: str, guest: httpx.Client) -> None:
    task_id = link.rpartition("/")[2].partition(".")[0]
    post(api, {"at": "query", "kind": "expired_link"})
    expired = api.query(task_id)["result"]["videos"][0]["url"][0]
    assert guest.get(expired).json()["error"]["code"] == "link_expired"
    assert guest.get(link).status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("expired_link", 403), ("dead_link", 404)])
def test_link_faults_at_download(
    api: ApiClient, link: str, guest: httpx.Client, kind: str, status: int
) -> None:
    post(api, {"at": "download", "kind": kind})
    assert [guest.get(link).status_code for _ in range(2)] == [status, 200]


def test_damaged_files(api: ApiClient, link: str, guest: httpx.Client) -> None:
    whole = guest.get(link).content
    post(api, {"at": "download", "kind": "empty_file"})
    assert guest.get(link).content == b""
    post(api, {"at": "download", "kind": "truncated_file"})
    assert guest.get(link).content == whole[: len(whole) // 2]
    post(api, {"at": "download", "kind": "html_file"})
    answer = guest.get(link)
    assert (answer.headers["Content-Type"], answer.text[:15]) == ("video/mp4", "<!doctype html>")


def test_download_dropped_midway(api: ApiClient, link: str, guest: httpx.Client) -> None:
    post(api, {"at": "download", "kind": "drop_midway"})
    with pytest.raises(httpx.RemoteProtocolError):
        guest.get(link)
    assert guest.get(link).status_code == 200


def test_padded_file_is_a_large_mp4_that_still_opens(api: ApiClient, link: str, guest: httpx.Client) -> None:
    whole = guest.get(link).content
    post(api, {"at": "download", "kind": "pad_file", "megabytes": 20, "times": None})
    padded = guest.get(link).content
    assert padded == whole + (20_000_000).to_bytes(4, "big") + b"free" + bytes(20_000_000 - 8)
    assert watch(padded).seconds == 3.0
    seam = guest.get(link, headers={"Range": f"bytes={len(whole) - 2}-{len(whole) + 9}"})
    assert seam.content == padded[len(whole) - 2 : len(whole) + 10]


def test_ranges_head_and_streaming(api: ApiClient, link: str, guest: httpx.Client) -> None:
    whole = guest.get(link)
    size = len(whole.content)
    assert (whole.headers["Content-Type"], whole.headers["Accept-Ranges"]) == ("video/mp4", "bytes")
    head = guest.head(link)
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, str(size), b"")
    for asked, part in {
        "0-99": whole.content[:100],
        "100-": whole.content[100:],
        "-50": whole.content[-50:],
    }.items():
        answer = guest.get(link, headers={"Range": f"bytes={asked}"})
        assert (answer.status_code, answer.content) == (206, part)
    assert guest.get(link, headers={"Range": "bytes=10-19"}).headers["Content-Range"] == f"bytes 10-19/{size}"
    beyond = guest.get(link, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")


def test_the_index_precedes_the_frames(link: str, guest: httpx.Client) -> None:
    content = guest.get(link).content
    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize(
    "rule", [{"at": "lunch", "kind": "status"}, {"at": "submit", "kind": "html_file"}, {"kind": "delay"}, 7]
)
def test_an_invalid_rule_is_refused(api: ApiClient, rule: object) -> None:
    answer = api.http.post("/sandbox/faults", json=[rule])
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_fault")


def test_faults_from_python(failing_api: ApiClient) -> None:
    failing_api.server.add_fault("submit", "status", status=418)
    assert failing_api.submit().status_code == 418
    with pytest.raises(InvalidFault, match="kind must be one of"):
        failing_api.server.add_fault("query", "slow_task")
