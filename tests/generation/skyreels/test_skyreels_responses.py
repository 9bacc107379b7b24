"""Answers of the gateway in all the forms that were seen, and in some that were not."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation.skyreels.responses import find_task_id
from generation.skyreels.schemas import Task, TaskError, TaskState

URL = "https://cdn.example/v.mp4?sign=1"
EXPIRY = datetime(2025, 11, 15, 2, 45, 8, tzinfo=UTC)


def task(**data: object) -> Task:
    read = Task.read({"code": 200, "data": {"id": "task_1", "status": "completed", **data}})
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("status", "state"),
    [
        *[
            (s, TaskState.PENDING)
            for s in ("submitted", "pending", "queued", "processing", "in_progress", "running")
        ],
        *[(s, TaskState.COMPLETED) for s in ("completed", "succeeded", "success", "COMPLETED", " Success ")],
        *[(s, TaskState.FAILED) for s in ("failed", "fail", "error", "FAILED")],
        *[(s, TaskState.CANCELLED) for s in ("cancelled", "canceled")],
        *[(s, TaskState.PENDING) for s in ("moderating", "完成", "NOT_START", "unknown")],
    ],
)
def test_an_unknown_status_means_keep_polling(status: str, state: TaskState) -> None:
    read = task(status=status)
    assert (read.state, read.status) == (state, status.strip())
    assert read.state.is_terminal == (state is not TaskState.PENDING)


@pytest.mark.parametrize(
    "result",
    [
        {"videos": [{"url": [URL]}]},
        {"videos": [{"url": URL}]},
        {"videos": [{"video_url": URL}]},
        {"videos": [URL]},
        {"videos": {"url": URL}},
        {"video_url": URL},
        {"url": [URL]},
        {"videos": [], "video_url": URL},
        {"videos": [{"url": []}, {"url": ["", URL, "https://cdn.example/second.mp4"]}]},
    ],
)
def test_a_video_is_found_wherever_it_stands(result: object) -> None:
    assert task(result=result).video_url == URL


def test_the_scheme_of_an_address_may_be_in_capitals() -> None:
    assert task(result={"url": "HTTPS://cdn.example/v.mp4"}).video_url == "HTTPS://cdn.example/v.mp4"


def test_a_video_beside_the_result() -> None:
    assert task(video_url=URL).video_url == URL
    assert task(video_url=[URL], result={"videos": []}).video_url == URL


@pytest.mark.parametrize(
    "result",
    [
        None,
        {},
        [],
        "",
        {"videos": None},
        {"videos": [{"url": "soon"}]},
        {"images": [URL]},
        {"url": f"{URL}\0"},
        {"url": f"{URL}\ud800"},
        {"url": "file:///etc/passwd"},
    ],
)
def test_completed_without_a_video_stays_completed(result: object) -> None:
    read = task(result=result)
    assert (read.state, read.video_url, read.expires_at) == (TaskState.COMPLETED, None, None)


@pytest.mark.parametrize(
    "moment", [1763174708, 1763174708.0, "1763174708", 1763174708000, "2025-11-15T02:45:08Z"]
)
def test_expiry_is_aware(moment: object) -> None:
    read = task(result={"videos": [{"url": URL, "expires_at": moment}]})
    assert read.expires_at == EXPIRY
    assert read.expires_at.tzinfo is UTC


@pytest.mark.parametrize("moment", [None, 0, "", "soon", True, 1e300, 1e15, "1e99999999", [], "NaN"])
def test_an_unreadable_expiry_is_none(moment: object) -> None:
    assert task(result={"videos": [{"url": URL, "expires_at": moment}]}).expires_at is None


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (0, 0),
        (45, 45),
        (45.9, 45),
        ("45", 45),
        ("45%", 45),
        (-3, 0),
        (250, 100),
        (None, None),
        ("half", None),
        ([], None),
    ],
)
def test_progress_is_a_percentage(sent: object, read: int | None) -> None:
    assert task(progress=sent).progress == read


@pytest.mark.parametrize(
    ("data", "usd"),
    [
        ({"cost": 0.32}, "0.32"),
        ({"cost": "0.3200"}, "0.32"),
        ({"cost": 0}, "0"),
        ({"cost": 0.32, "credits_cost": 9}, "0.32"),
        ({"credits_cost": 3.2}, "0.32"),
        ({"cost": None, "credits_cost": "3.2"}, "0.32"),
        ({"cost": "free", "credits_cost": 3.2}, "0.32"),
        ({}, None),
        ({"cost": "NaN"}, None),
        ({"cost": "1e99999999"}, None),
        ({"credits_cost": "1e99999999"}, None),
        ({"cost": True}, None),
        ({"cost": {}}, None),
        ({"cost": -1}, None),
        ({"cost": "1e6"}, None),
        ({"cost": -1, "credits_cost": 3.2}, "0.32"),
        ({"credits_cost": "1e9"}, None),
    ],
)
def test_cost_is_exact_and_may_come_as_credits(data: dict[str, object], usd: str | None) -> None:
    assert task(**data).cost == (None if usd is None else Decimal(usd))


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (
            {"code": 1301, "message": "unsafe picture", "type": "x"},
            TaskError(code="1301", message="unsafe picture"),
        ),
        ({"code": "E1", "message": "no"}, TaskError(code="E1", message="no")),
        ({"code": "", "message": "no"}, TaskError(code="", message="no")),
        ({"code": None, "type": "upstream_error"}, TaskError(message="upstream_error")),
        ("timed out", TaskError(message="timed out")),
        ("torn \0 and \udfff letters", TaskError(message="torn  and  letters")),
        ("", None),
        ({}, None),
        (None, None),
        ([1], None),
    ],
)
def test_why_a_task_failed(sent: object, read: TaskError | None) -> None:
    assert task(status="failed", error=sent).error == read


def test_times_and_unknown_fields() -> None:
    read = task(created=1763174708, completed="1763174708", actual_time="41.5", estimated_time=None, fps=24)
    assert (read.created, read.completed) == (EXPIRY, EXPIRY)
    assert (read.actual_time, read.estimated_time) == (41.5, None)
    assert read.model_extra is not None
    assert read.model_extra["fps"] == 24


def test_half_a_letter_anywhere_loses_no_answer() -> None:
    odd = "\ud800"
    read = Task.read({"id": f"task{odd}_1", "status": f"{odd}queued", odd: odd, "result": {odd: [odd]}})
    assert read is not None
    assert (read.id, read.status, read.state) == ("task_1", "queued", TaskState.PENDING)


@pytest.mark.parametrize(
    "payload",
    [
        {"code": 200, "data": {"id": "task_1", "status": "queued"}},
        {"id": "task_1", "status": "queued"},
        {"data": [{"task_id": "task_1", "status": "queued"}]},
    ],
)
def test_a_task_may_be_bare_or_wrapped(payload: object) -> None:
    read = Task.read(payload)
    assert read is not None
    assert (read.id, read.status) == ("task_1", "queued")


@pytest.mark.parametrize(
    "payload", [None, "ok", 7, [], {}, {"data": None}, {"data": []}, {"data": {"id": "task_1"}}]
)
def test_what_is_no_task(payload: object) -> None:
    assert Task.read(payload) is None


@pytest.mark.parametrize(
    ("payload", "task_id"),
    [
        ({"code": 200, "data": [{"status": "submitted", "task_id": "task_1"}]}, "task_1"),
        ({"data": {"id": "task_1"}}, "task_1"),
        ({"data": {"task_id": 17, "id": "other"}}, "17"),
        ({"task_id": "task_1"}, "task_1"),
        ({"data": [{"status": "submitted"}]}, None),
        ({"data": []}, None),
        ({"data": [{"task_id": ""}]}, None),
        ({"data": [{"task_id": None}]}, None),
        ({"data": [{"task_id": "x" * 181}]}, None),
        ({"data": [{"task_id": "task\0_1\ud800"}]}, "task_1"),
        ({"id": "request_1", "error": {"message": "no"}}, None),
        ({"data": "task_1"}, None),
        (None, None),
    ],
)
def test_the_id_of_a_submitted_task(payload: object, task_id: str | None) -> None:
    assert find_task_id(payload) == task_id


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.just(URL),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["videos", "url", "expires_at", "code", "message", "type"]), inner, max_size=4
        )
    ),
    max_leaves=10,
)
_FIELDS = [*Task.model_fields, "task_id", "result", "credits_cost", "state", "model_extra"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON), st.sampled_from(["completed", "failed", "running"]))
def test_no_odd_field_loses_an_answer(data: dict[str, Any], status: str) -> None:
    payload = json.loads(json.dumps({"data": {**data, "status": status}}))
    read = Task.read(payload)
    assert read is not None
    assert read.status == status
    assert read.progress is None or 0 <= read.progress <= 100
    assert read.video_url in (None, URL)
