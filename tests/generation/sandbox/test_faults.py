"""Each fault on demand, as a client meets it."""

import time
from collections.abc import Iterator

import httpx
import pytest

from generation.sandbox.faults import BadFault
from tests.generation.sandbox.conftest import Customer, watch


def post(customer: Customer, *rules: dict) -> httpx.Response:
    return customer.http.post("/sandbox/faults", json=list(rules))


@pytest.fixture(scope="module")
def finished_prompt() -> str:
    return "one film for every download"


@pytest.fixture(scope="module")
def guest() -> Iterator[httpx.Client]:
    """Someone without a key: result links need none."""
    with httpx.Client(verify=False) as client:
        yield client


@pytest.fixture
def link(customer: Customer, finished_prompt: str) -> str:
    """A finished film, drawn once for the module."""
    return customer.link(customer.submit(prompt=finished_prompt, key="film").json()["data"][0]["task_id"])


def test_status_fault_strikes_as_often_as_told(office: Customer) -> None:
    post(
        office,
        {"at": "submit", "kind": "status", "status": 429, "retry_after": 7, "code": "slow", "times": 2},
    )
    answers = [office.submit() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert answers[0].json()["error"]["code"] == "slow"


def test_status_faults_are_taken_in_order(office: Customer) -> None:
    post(office, *({"at": "submit", "kind": "status", "status": status} for status in (503, 402)))
    assert [office.submit().status_code for _ in range(3)] == [503, 402, 200]


def test_status_fault_with_any_body_and_type(customer: Customer) -> None:
    html = {"body": "<h1>Bad gateway</h1>", "content_type": "text/html"}
    post(customer, {"at": "balance", "kind": "status", "status": 502, **html})
    answer = customer.http.get("/v1/balance")
    assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (502, *html.values())
    post(customer, {"at": "balance", "kind": "status", "status": 200, "body": {"success": False}})
    assert customer.http.get("/v1/balance").json() == {"success": False}


def test_match_limits_a_fault_to_some_prompts(office: Customer) -> None:
    post(office, {"at": "submit", "kind": "status", "status": 500, "match": "cursed", "times": None})
    assert [office.submit(prompt=prompt).status_code for prompt in ("fine", "cursed", "cursed")] == [
        200,
        500,
        500,
    ]


def test_delete_clears_all(customer: Customer) -> None:
    post(customer, {"at": "query", "kind": "status", "status": 500, "times": None})
    assert customer.http.delete("/sandbox/faults").json() == {"cleared": True}
    assert customer.http.get("/v1/tasks/task_nobody").status_code == 404


def test_dropped_before_is_not_executed(customer: Customer) -> None:
    post(customer, {"at": "submit", "kind": "drop_before"})
    with pytest.raises(httpx.RemoteProtocolError):
        customer.submit(key="before")
    assert [task for task in customer.server.tasks() if task["idempotency_key"] == "before"] == []


@pytest.mark.parametrize("kind", ["drop_after", "drop_midway"])
def test_dropped_after_is_executed_once_and_replayed(office: Customer, kind: str) -> None:
    post(office, {"at": "submit", "kind": kind})
    with pytest.raises(httpx.RemoteProtocolError):
        office.submit(key=kind)
    [task] = [task for task in office.server.tasks() if task["idempotency_key"] == kind]
    again = office.submit(key=kind)
    assert (again.json()["data"][0]["task_id"], again.headers["Idempotency-Replayed"]) == (task["id"], "true")


def test_delay_and_slow_task(office: Customer) -> None:
    post(
        office,
        {"at": "submit", "kind": "slow_task", "seconds": 600},
        {"at": "submit", "kind": "delay", "seconds": 0.2},
    )
    began = time.monotonic()
    task_id = office.open(prompt="slow")
    assert time.monotonic() - began >= 0.2
    assert office.query(task_id)["estimated_time"] == 600
    assert office.query(task_id)["status"] == "submitted"


def test_failed_task(customer: Customer) -> None:
    post(customer, {"at": "submit", "kind": "fail_task", "code": 1301, "message": "content refused"})
    task = customer.finish(customer.open())
    assert task["error"] == {"code": 1301, "message": "content refused", "type": "task_error"}
    assert (task["status"], task["cost"]) == ("failed", 0.0)


def test_unknown_status(customer: Customer, link: str, finished_prompt: str) -> None:
    task_id = link.rpartition("/")[2].partition(".")[0]
    post(customer, {"at": "query", "kind": "task_status", "status": "dreaming", "match": finished_prompt})
    assert [customer.query(task_id)["status"] for _ in range(2)] == ["dreaming", "completed"]


def test_url_as_string_expired_and_dead_links(customer: Customer, link: str, guest: httpx.Client) -> None:
    task_id = link.rpartition("/")[2].partition(".")[0]
    post(
        customer, *({"at": "query", "kind": kind} for kind in ("url_as_string", "expired_link", "dead_link"))
    )
    video = customer.query(task_id)["result"]["videos"][0]
    assert isinstance(video["url"], str)
    assert video["expires_at"] < time.time()
    assert guest.get(video["url"]).status_code == 404
    assert customer.query(task_id)["result"]["videos"][0]["url"] == [link]


def test_expired_link_is_refused(customer: Customer, link: str, guest: httpx.Client) -> None:
    task_id = link.rpartition("/")[2].partition(".")[0]
    post(customer, {"at": "query", "kind": "expired_link"})
    expired = customer.query(task_id)["result"]["videos"][0]["url"][0]
    assert guest.get(expired).json()["error"]["code"] == "link_expired"
    assert guest.get(link).status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("expired_link", 403), ("dead_link", 404)])
def test_link_faults_at_download(
    customer: Customer, link: str, guest: httpx.Client, kind: str, status: int
) -> None:
    post(customer, {"at": "download", "kind": kind})
    assert [guest.get(link).status_code for _ in range(2)] == [status, 200]


def test_spoilt_files(customer: Customer, link: str, guest: httpx.Client) -> None:
    whole = guest.get(link).content
    post(customer, {"at": "download", "kind": "empty_file"})
    assert guest.get(link).content == b""
    post(customer, {"at": "download", "kind": "truncated_file"})
    assert guest.get(link).content == whole[: len(whole) // 2]
    post(customer, {"at": "download", "kind": "html_file"})
    answer = guest.get(link)
    assert (answer.headers["Content-Type"], answer.text[:15]) == ("video/mp4", "<!doctype html>")


def test_download_dropped_midway(customer: Customer, link: str, guest: httpx.Client) -> None:
    post(customer, {"at": "download", "kind": "drop_midway"})
    with pytest.raises(httpx.RemoteProtocolError):
        guest.get(link)
    assert guest.get(link).status_code == 200


def test_padded_file_is_a_large_mp4_that_still_opens(
    customer: Customer, link: str, guest: httpx.Client
) -> None:
    whole = guest.get(link).content
    post(customer, {"at": "download", "kind": "pad_file", "megabytes": 20, "times": None})
    padded = guest.get(link).content
    assert padded == whole + (20_000_000).to_bytes(4, "big") + b"free" + bytes(20_000_000 - 8)
    assert watch(padded).seconds == 3.0
    seam = guest.get(link, headers={"Range": f"bytes={len(whole) - 2}-{len(whole) + 9}"})
    assert seam.content == padded[len(whole) - 2 : len(whole) + 10]


def test_ranges_head_and_streaming(customer: Customer, link: str, guest: httpx.Client) -> None:
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


def test_index_lies_before_the_pictures(link: str, guest: httpx.Client) -> None:
    content = guest.get(link).content
    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize(
    "rule", [{"at": "lunch", "kind": "status"}, {"at": "submit", "kind": "html_file"}, {"kind": "delay"}, 7]
)
def test_rule_that_means_nothing_is_refused(customer: Customer, rule: object) -> None:
    answer = customer.http.post("/sandbox/faults", json=[rule])
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_fault")


def test_faults_from_python(office: Customer) -> None:
    office.server.add_fault("submit", "status", status=418)
    assert office.submit().status_code == 418
    with pytest.raises(BadFault, match="kind must be one of"):
        office.server.add_fault("query", "slow_task")
