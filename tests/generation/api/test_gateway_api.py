"""The API in the shape of the provider's gateway: what is added to it, and what it answers."""

import logging
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from generation.api import authentication
from generation.models import IdempotencyKey, Job, PersonalProject
from library.models import Membership, Project
from tests import factories
from tests.generation.api.conftest import Program, error_of
from tests.generation.composition import cast
from tests.generation.views.conftest import make_take

SUBMIT = "/v1/videos/generations"
JSON = {"content_type": "application/json"}
Status = Job.Status


@pytest.fixture
def people(alice: User) -> None:
    """A library of rows: composing reads no file."""
    cast.fill(alice)


def wish(**changes: Any) -> dict[str, Any]:
    return {"model": "skyreels-v4-fast", "prompt": "a harbour at dusk", "resolution": "480p"} | changes


def submit(client: Client, *, key: str = "", **changes: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(SUBMIT, wish(**changes), headers=headers, **JSON)


def test_the_answer_is_the_gateway_s(alices: Client) -> None:
    answer = submit(alices)
    task_id = f"task_{Job.objects.get().uuid.hex}"
    assert (answer.status_code, answer.json()) == (
        200,
        {"code": 200, "data": [{"status": "submitted", "task_id": task_id}]},
    )
    seen = alices.get(f"/v1/tasks/{task_id}", {"language": "en"}).json()
    assert (seen["code"], seen["data"]["id"], seen["data"]["status"]) == (200, task_id, "pending")
    assert set(seen["data"]) == {"id", "status", "progress", "created"}


def test_handles_stand_where_addresses_stand(people: None, alices: Client) -> None:
    submit(alices, first_frame_image="@pier", prompt="the boat leaves")
    subject = {"tag": "@hero", "type": "image", "image_urls": ["@Mara"]}
    submit(alices, prompt="@hero walks", ref_images=[subject])
    frame, hero = Job.objects.order_by("pk")
    assert [one.handle for one in frame.references.all()] == ["pier"]
    assert frame.plan["first_frame_image"].startswith("s3:")
    assert len(hero.plan["ref_images"][0]["image_urls"]) == 2
    assert hero.plan["ref_images"][0]["tag"] == "@hero"


def test_handles_of_the_prompt_are_filled_in(people: None, alices: Client) -> None:
    submit(alices, prompt="@Mara follows @chase", metadata={"voices": True})
    job = Job.objects.get()
    assert {(one.handle, one.role, one.with_voice) for one in job.references.all()} >= {
        ("Mara", "subject", True),
        ("chase", "motion", False),
    }
    assert job.plan["ref_images"][0]["audio_url"].startswith("s3:")


def test_metadata_says_where_it_goes(alices: Client, project: Project) -> None:
    submit(alices, metadata={"project": "harbour-lights", "shot": "020", "mine": [1]})
    job = Job.objects.get()
    assert (job.project, job.shot.code) == (project, "020")


def test_without_metadata_it_goes_to_one_s_own_project(alices: Client, alice: User) -> None:
    submit(alices)
    own = PersonalProject.objects.get(user=alice).project
    assert Job.objects.get().project == own
    assert [one.user for one in Membership.objects.filter(project=own)] == [alice]


@pytest.mark.parametrize(
    ("sent", "param"),
    [
        ({"duration": 16}, "duration"),
        ({"model": None}, "model"),
        ({"first_frame_image": "@hum"}, "first_frame_image"),
        ({"first_frame_image": "@nobody"}, "first_frame_image"),
        ({"webhook": "example.com"}, "webhook"),
        ({"n": 2}, "n"),
        ({"ref_images": [{"tag": "Mara", "type": "image", "image_urls": ["@Mara"]}]}, "ref_images.0.tag"),
        ({"ref_images": 7}, "ref_images"),
        ({"ref_videos": [[]]}, "ref_videos.0"),
    ],
)
def test_a_broken_rule_is_422_with_its_field(
    people: None, alices: Client, sent: dict[str, Any], param: str
) -> None:
    answer = submit(alices, **sent)
    assert error_of(answer) == (422, "invalid_parameter", param)
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert not Job.objects.exists()


def test_a_passed_budget_is_402(alices: Client, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(budget_usd=Decimal("0.01"))
    answer = submit(alices, metadata={"project": "harbour-lights"})
    assert error_of(answer) == (402, "budget_exceeded", None)


def test_who_may_ask_for_a_video(project: Project, charlie: User, program: Program) -> None:
    there = {"metadata": {"project": "harbour-lights"}}
    seen = [
        error_of(submit(client, **there))[:2]
        for client in (
            program(None),
            Client(headers={"Authorization": "Bearer bl_wrong"}),
            Client(headers={"Authorization": "Basic YTpi"}),
            program("vera"),
            program("bob", can_write=False),
            program("charlie"),
        )
    ]
    assert seen == [
        (401, "invalid_token"),
        (401, "invalid_token"),
        (401, "invalid_token"),
        (403, "forbidden"),
        (403, "read_only_token"),
        (404, "not_found"),
    ]


def test_a_log_in_opens_nothing_here(alice: User, project: Project) -> None:
    client = Client()
    client.force_login(alice)
    assert error_of(submit(client))[0] == 401
    assert error_of(client.get("/api/v1/jobs"))[0] == 401


@pytest.mark.parametrize("task_id", ["x", "task_", "task_" + "0" * 32, "task_" + "G" * 32, "task_%00"])
def test_an_unknown_task_is_404(alices: Client, task_id: str) -> None:
    assert error_of(alices.get(f"/v1/tasks/{task_id}")) == (404, "not_found", None)


def test_another_s_task_is_404(alice: User, charlie: User, project: Project, program: Program) -> None:
    job = factories.job(alice, project, status=Status.QUEUED)
    draft = factories.job(alice, project, status=Status.DRAFT)
    assert error_of(program("charlie").get(f"/v1/tasks/task_{job.uuid.hex}"))[0] == 404
    assert program("vera").get(f"/v1/tasks/task_{job.uuid.hex}").status_code == 200
    assert error_of(program("alice").get(f"/v1/tasks/task_{draft.uuid.hex}"))[0] == 404


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (Status.QUEUED, "pending"),
        (Status.SUBMITTING, "pending"),
        (Status.RUNNING, "processing"),
        (Status.STORING, "processing"),
        (Status.HELD, "processing"),
        (Status.FAILED, "failed"),
        (Status.CANCELLED, "cancelled"),
    ],
)
def test_our_states_in_the_gateway_s_words(
    alice: User, project: Project, alices: Client, state: str, told: str
) -> None:
    ended = {"finished_at": timezone.now()} if state in (Status.FAILED, Status.CANCELLED) else {}
    failed = {"error_code": "moderation", "error_message": "Not this."} if state == Status.FAILED else {}
    job = factories.job(alice, project, status=state, progress=40, **ended, **failed)
    seen = alices.get(f"/v1/tasks/task_{job.uuid.hex}").json()["data"]
    assert (seen["status"], seen["progress"], "completed" in seen) == (told, 40, bool(ended))
    assert seen.get("error") == (
        {"code": "moderation", "message": "Not this.", "type": "task_error"} if failed else None
    )


def test_a_finished_task_has_an_address_that_tells_when_it_ends(
    alice: User, project: Project, alices: Client
) -> None:
    job = make_take(alice, project, cost_usd=Decimal("0.32"), finished_at=timezone.now()).job
    seen = alices.get(f"/v1/tasks/task_{job.uuid.hex}").json()["data"]
    [video] = seen["result"]["videos"]
    said = parse_qs(urlsplit(video["url"][0]).query)
    assert (seen["status"], seen["progress"], seen["cost"], seen["credits_cost"]) == (
        "completed",
        100,
        0.32,
        3.2,
    )
    assert urlsplit(video["url"][0]).path.endswith(job.take.key)
    assert 23 * 3600 < video["expires_at"] - time.time() <= 25 * 3600
    assert int(said["X-Amz-Expires"][0]) >= 24 * 3600


def test_the_same_request_again_is_the_same_task(alices: Client) -> None:
    first, second = submit(alices, key="k-1"), submit(alices, key="k-1")
    assert first.json() == second.json()
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert Job.objects.count() == 1
    assert error_of(submit(alices, key="k-1", duration=6)) == (
        409,
        "idempotency_key_reused",
        "Idempotency-Key",
    )


def test_a_replay_is_answered_when_it_could_not_be_made_any_more(alices: Client, project: Project) -> None:
    there = {"metadata": {"project": "harbour-lights"}}
    first = submit(alices, key="k-1", **there)
    Project.objects.filter(pk=project.pk).update(budget_usd=0)
    assert submit(alices, key="k-1", **there).json() == first.json()


def test_a_refused_request_leaves_its_key_free(alices: Client) -> None:
    assert submit(alices, key="k-1", duration=2).status_code == 422
    assert submit(alices, key="k-1").status_code == 200


def test_a_key_is_one_person_s_for_one_day_at_one_place(alices: Client, bob: User, program: Program) -> None:
    assert submit(alices, key="k-1").status_code == 200
    assert "Idempotency-Replayed" not in submit(program("bob"), key="k-1").headers
    there = alices.post("/api/v1/jobs", wish(), headers={"Idempotency-Key": "k-1"}, **JSON)
    assert (there.status_code, "Idempotency-Replayed" in there.headers) == (201, False)
    IdempotencyKey.objects.update(made_at=timezone.now() - timedelta(hours=25))
    assert "Idempotency-Replayed" not in submit(alices, key="k-1", duration=6).headers
    assert Job.objects.count() == 4


@pytest.mark.parametrize("key", ["two words", "x" * 192, "ü", "\t"])
def test_what_is_no_key_is_refused(alices: Client, key: str) -> None:
    answer = alices.post(SUBMIT, wish(), headers={"Idempotency-Key": key}, **JSON)
    assert error_of(answer) == (422, "invalid_parameter", "Idempotency-Key")


@pytest.mark.parametrize(
    "path", ["/v1/models", "/v1/", "/v1/videos/generations/", "/api/v1/nothing", "/api/"]
)
def test_what_no_call_has_is_told_in_the_same_shape(alices: Client, path: str) -> None:
    assert error_of(alices.get(path)) == (404, "not_found", None)


@pytest.mark.parametrize(
    ("method", "path"), [("get", SUBMIT), ("put", "/api/v1/jobs"), ("delete", "/v1/tasks/x")]
)
def test_a_wrong_method_is_told_in_the_same_shape(alices: Client, method: str, path: str) -> None:
    answer = getattr(alices, method)(path)
    assert error_of(answer) == (405, "method_not_allowed", None)
    assert answer.headers["Allow"]


def test_the_balance_is_what_the_budget_leaves(
    alice: User, alices: Client, project: Project, program: Program
) -> None:
    """Of the project that the token is for, else of the person's own."""
    endless = {"success": True, "remain_balance": 99_999_999.0, "used_balance": 0.0, "unlimited_quota": True}
    assert program("alice", project=project).get("/v1/balance").json() == endless
    personal = {"success": True, "remain_balance": 25.0, "used_balance": 0.0, "unlimited_quota": False}
    assert alices.get("/v1/balance").json() == personal
    assert not PersonalProject.objects.exists()
    submit(alices, duration=5)
    Project.objects.filter(slug="alice-own").update(budget_usd=2)
    told = {"success": True, "remain_balance": 1.68, "used_balance": 0.32, "unlimited_quota": False}
    assert alices.get("/v1/balance").json() == told
    Project.objects.filter(slug="alice-own").update(budget_usd="0.10")
    assert alices.get("/v1/balance").json()["remain_balance"] == 0
    Project.objects.filter(pk=project.pk).update(budget_usd=7)
    limited = program("alice", project=project, can_write=False)
    assert limited.get("/v1/balance").json()["remain_balance"] == 7
    assert error_of(program(None).get("/v1/balance"))[0] == 401


def test_too_many_requests_wait(alices: Client, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(authentication, "REQUESTS", 3)
    seen = [alices.get("/v1/tasks/x").status_code for _ in range(3)]
    answer = alices.get("/v1/tasks/x")
    assert (set(seen), error_of(answer)) == ({404}, (429, "too_many_requests", None))
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert program("alice").get("/v1/tasks/x").status_code == 404
    cache.clear()


def test_programs_are_answered_while_redis_is_away_and_the_log_tells(
    alices: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    redis = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": redis, "LOCATION": "redis://127.0.0.1:1/0"}}
    assert alices.get("/v1/balance").status_code == 200
    assert "requests are not counted" in caplog.text


def test_opening_the_door_is_one_query(alices: Client) -> None:
    alices.get("/v1/tasks/x")
    with CaptureQueriesContext(connection) as asked:
        alices.get("/v1/tasks/x")
    assert len(asked) == 1


def test_no_token_reaches_a_log(
    alice: User, project: Project, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = program("alice")
    wrong = Client(headers={"Authorization": "Bearer bl_secret_but_wrong"})
    for one in (client, wrong):
        submit(one)
        submit(one, duration=2)
        one.get("/v1/tasks/x")
        one.get("/api/v1/jobs")
    assert "bl_" not in caplog.text
