"""Keys, idempotency, responses, money, restarts."""

import re
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from generation.sandbox.server import SandboxServer
from tests.generation.sandbox.conftest import KEY, ApiClient, MediaHost, body_of, watch

Maker = Callable[..., ApiClient]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": KEY}])
@pytest.mark.parametrize("path", ["/v1/balance", "/v1/tasks/task_x", "/sandbox/tasks", "/sandbox/log"])
def test_requests_without_the_key_are_refused(api: ApiClient, header: dict, path: str) -> None:
    answer = httpx.get(api.server.base_url + path, headers=header)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"


def test_the_response_of_a_submit_is_the_gateways(failing_api: ApiClient) -> None:
    answer = failing_api.submit()
    assert answer.status_code == 200
    [data] = answer.json()["data"]
    assert (answer.json()["code"], data["status"]) == (200, "submitted")
    assert re.fullmatch(r"task_[0-9A-HJKMNP-TV-Z]{26}", data["task_id"])
    assert "Idempotency-Replayed" not in answer.headers


def test_same_key_and_body_replay_the_first_answer(failing_api: ApiClient) -> None:
    first, second = failing_api.submit(key="once"), failing_api.submit(key="once")
    assert second.json() == first.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    [task] = [task for task in failing_api.server.tasks() if task["idempotency_key"] == "once"]
    assert task["submits"] == 2


def test_same_key_with_another_body_is_409(failing_api: ApiClient) -> None:
    failing_api.submit(key="twice")
    answer = failing_api.submit(key="twice", duration=4)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency_key_reused")


def test_the_key_of_a_refused_request_can_be_reused(failing_api: ApiClient) -> None:
    assert failing_api.submit(key="mended", duration=99).status_code == 422
    assert failing_api.submit(key="mended").status_code == 200


def test_concurrent_requests_with_one_key_create_one_task(failing_api: ApiClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: failing_api.submit(key="race").json()["data"][0]["task_id"], range(16))
        )
    assert len(set(answers)) == 1


@pytest.mark.parametrize("key", ["a" * 192, "with blank"])
def test_malformed_idempotency_key_is_400(api: ApiClient, key: str) -> None:
    answer = api.submit(key=key)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_idempotency_key")


def test_unknown_task_and_route_are_404(api: ApiClient) -> None:
    assert api.http.get("/v1/tasks/task_nobody").json()["error"]["code"] == "task_not_found"
    assert api.http.get("/v1/tasks/task_nobody").status_code == 404
    assert api.http.get("/v1/videos").status_code == 404


def test_task_is_reported_from_submitted_to_completed(make_server: Maker) -> None:
    api = make_server(speed=0.5)
    task_id = api.open()
    seen = [api.query(task_id)]
    while seen[-1]["status"] not in {"completed", "failed"}:
        time.sleep(0.02)
        seen.append(api.query(task_id))
    assert list(dict.fromkeys(task["status"] for task in seen)) == ["submitted", "processing", "completed"]
    progress = [task["progress"] for task in seen]
    assert progress == sorted(progress)
    assert progress[-1] == 100
    done = seen[-1]
    assert (done["id"], done["cost"], done["credits_cost"]) == (task_id, 0.192, 1.92)
    assert done["created"] <= done["completed"] <= time.time()
    [video] = done["result"]["videos"]
    assert 23.9 * 3600 < video["expires_at"] - time.time() <= 24 * 3600


def test_rendering_time_grows_with_length_size_and_model(make_server: Maker) -> None:
    api = make_server(speed=1)
    bodies = [{}, {"duration": 6}, {"resolution": "720p"}, {"model": "skyreels-v4-std"}]
    plain, *others = [api.query(api.open(**body))["estimated_time"] for body in bodies]
    assert plain == 4
    assert all(other > plain for other in others)
    assert others[-1] == pytest.approx(plain * 1.7, abs=1)


def test_balance_pays_for_completed_tasks_only(make_server: Maker, media: MediaHost) -> None:
    api = make_server()
    start = {"success": True, "remain_balance": 1000.0, "used_balance": 0.0, "unlimited_quota": False}
    assert api.http.get("/v1/balance").json() == start
    api.finish(api.open(duration=3))
    failed = api.finish(api.open(first_frame_image=f"{media.base_url}/nothing.png"))
    assert (failed["status"], failed["cost"]) == ("failed", 0.0)
    after = api.http.get("/v1/balance").json()
    assert (after["remain_balance"], after["used_balance"]) == (999.808, 0.192)


def test_motion_reference_is_billed_by_its_own_length(api: ApiClient, media: MediaHost) -> None:
    url = media.clip("billed.mp4", 4.0)
    body = {
        "prompt": "as in @clip",
        "duration": 9,
        "ref_videos": [{"tag": "@clip", "type": "reference", "video_url": url}],
    }
    assert api.finish(api.open(**body))["cost"] == 0.48


def test_restart_loses_nothing(make_server: Maker) -> None:
    before = make_server()
    done = before.open(prompt="done before", key="kept")
    before.finish(done)
    waiting = [before.open(prompt=f"waiting {n}") for n in range(2)]
    before.server.stop()
    after = make_server()
    assert [task["id"] for task in after.server.tasks()] == [done, *waiting]
    assert after.submit(prompt="done before", key="kept").json()["data"][0]["task_id"] == done
    for task_id in (done, *waiting):
        assert watch(after.http.get(after.link(task_id)).content).seconds == 3.0


def test_partial_files_and_expired_results_are_removed_at_start(make_server: Maker, tmp_path: Path) -> None:
    before = make_server()
    old, young = before.open(prompt="old"), before.open(prompt="young")
    before.finish(old)
    before.finish(young)
    before.server.stop()
    with sqlite3.connect(tmp_path / "sandbox" / "sandbox.sqlite3") as database:
        database.execute("UPDATE task SET finished = finished - 90000 WHERE id = ?", [old])
    database.close()
    results = tmp_path / "sandbox" / "results"
    (results / "task_half.part").write_bytes(b"half")
    (results / "sources-left").mkdir()
    after = make_server()
    assert [path.name for path in results.iterdir()] == [f"{young}.mp4"]
    assert after.query(old)["status"] == "completed"
    assert after.http.get(after.query(old)["result"]["videos"][0]["url"][0]).status_code == 403


def test_a_render_process_that_dies_is_replaced(make_server: Maker) -> None:
    api = make_server()
    api.finish(api.open())
    for process in api.server.renderer._processes:
        if process._process is not None:
            process._process.kill()
    assert api.finish(api.open())["status"] == "completed"


def test_stop_ends_idle_connections_and_render_processes(make_server: Maker) -> None:
    api = make_server()
    api.open(duration=15, resolution="1080p")
    while not any(process._process for process in api.server.renderer._processes):
        time.sleep(0.01)
    processes = [process._process for process in api.server.renderer._processes if process._process]
    api.server.stop()
    assert all(process.poll() is not None for process in processes)
    with pytest.raises(httpx.TransportError):
        api.http.get("/v1/balance")


def test_a_port_in_use_is_reported_at_once(api: ApiClient, tmp_path: Path) -> None:
    port = int(api.server.base_url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        SandboxServer(tmp_path / "second", api_key=KEY, port=port)


def test_public_url_is_used_in_links(make_server: Maker) -> None:
    api = make_server(public_url="https://renders.test/")
    assert api.link(api.open()).startswith("https://renders.test/results/task_")


def test_the_log_and_the_task_list(make_server: Maker) -> None:
    api = make_server()
    task_id = api.open(prompt="told", key="k-1")
    api.finish(task_id)
    [task] = api.http.get("/sandbox/tasks").json()
    assert (task["id"], task["prompt"], task["idempotency_key"], task["status"]) == (
        task_id,
        "told",
        "k-1",
        "completed",
    )
    assert task["request"] == body_of(prompt="told")
    assert 0 < task["completed"] - task["created"] < 30
    first, second, *_ = api.http.get("/sandbox/log").json()
    assert (first["method"], first["path"], first["status"]) == ("POST", "/v1/videos/generations", 200)
    assert (second["method"], second["path"]) == ("GET", f"/v1/tasks/{task_id}")


def test_two_hundred_tasks_can_be_polled_while_they_are_rendered(make_server: Maker) -> None:
    api = make_server(speed=1)
    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(lambda n: api.open(prompt=f"number {n}"), range(200)))
        seen = list(pool.map(lambda task_id: api.query(task_id)["id"], ids * 3))
    assert seen == ids * 3
