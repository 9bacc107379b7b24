"""Jobs over the JSON API."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation.models import Job, PersonalProject, Shot
from library.models import Project
from tests import factories
from tests.generation.api.conftest import Program, error_of
from tests.generation.composition import cast

JOBS = "/api/v1/jobs"
JSON = {"content_type": "application/json"}


@pytest.fixture
def people(alice: User) -> None:
    """A library of rows: composing reads no file."""
    cast.fill(alice)


def wish(**changes: Any) -> dict[str, Any]:
    return {
        "model": "skyreels-v4-fast",
        "prompt": "a harbour at dusk",
        "resolution": "480p",
        "project": "harbour-lights",
    } | changes


def checked(client: Client, **changes: Any) -> dict[str, Any]:
    answer = client.post(f"{JOBS}/check", wish(**changes), **JSON)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_check_tells_what_it_comes_to(people: None, alices: Client) -> None:
    seen = checked(alices, prompt="@Mara walks with @tom", duration=8, resolution="720p")
    assert (seen["mode"], seen["scenario"], seen["problems"]) == ("Omni", "Single or multi subject", [])
    assert (seen["billed_seconds"], seen["estimate_usd"]) == (8, 0.704)
    assert [one["tag"] for one in seen["request"]["ref_images"]] == ["@Mara", "@Tom"]
    assert "X-Amz" not in str(seen["request"])
    assert not Job.objects.exists()


def test_null_settings_are_the_provider_s_and_are_priced(alices: Client) -> None:
    nothing = dict.fromkeys(["duration", "resolution", "aspect_ratio", "prompt_optimizer"])
    seen = checked(alices, **nothing)
    assert (seen["billed_seconds"], seen["estimate_usd"], seen["problems"]) == (5, 1.1, [])
    answer = alices.post(JOBS, wish(**nothing), **JSON).json()
    told = ("duration", "resolution", "aspect_ratio", "prompt_optimizer", "estimate_usd")
    assert [answer[name] for name in told] == [5, "1080p", "16:9", True, 1.1]


def test_a_character_speaks_when_asked(people: None, alices: Client) -> None:
    for asked in ({"voices": True}, {"voices": ["Mara"]}, {"metadata": {"voices": ["@mara"]}}):
        assert checked(alices, prompt="@Mara speaks", **asked)["scenario"] == "Audio sync", asked
    assert checked(alices, prompt="@Mara speaks")["scenario"] == "Single or multi subject"


def test_problems_are_told_with_their_fields_and_by_200(people: None, alices: Client) -> None:
    seen = checked(alices, duration=2, first_frame_image="@hum", webhook="example.com")
    assert {(problem["param"], problem["level"]) for problem in seen["problems"]} >= {
        ("duration", "error"),
        ("first_frame_image", "error"),
        ("webhook", "error"),
    }


def test_an_unknown_handle_is_text_and_said(people: None, alices: Client) -> None:
    seen = checked(alices, prompt="mail @nobody at dusk")
    assert [problem["level"] for problem in seen["problems"]] in ([], ["warning"])
    assert seen["request"]["prompt"] == "mail @nobody at dusk"


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"metadata": "x"}, (422, "invalid_parameter", "metadata")),
        ({"project": 3}, (422, "invalid_parameter", "project")),
        ({"metadata": {"project": ["x"]}, "project": None}, (422, "invalid_parameter", "metadata.project")),
        ({"shot": "x" * 21}, (422, "invalid_parameter", "shot")),
        ({"voices": {"a": 1}}, (422, "invalid_parameter", "voices")),
        ({"voices": ["x"] * 51}, (422, "invalid_parameter", "voices")),
        ({"project": "nowhere"}, (404, "not_found", None)),
        ({"prompt": "nul \0"}, (422, "invalid_parameter", "prompt")),
        ({"ref_images": [{"tag": "@\ud800"}]}, (422, "invalid_parameter", "ref_images.0.tag")),
        ({"duration": 10**40}, (422, "invalid_parameter", "duration")),
    ],
)
def test_what_is_no_request_is_refused(alices: Client, sent: Any, error: tuple) -> None:
    for path in (JOBS, f"{JOBS}/check"):
        assert error_of(alices.post(path, wish(**sent), **JSON)) == error


NO_REQUESTS: list[str | bytes] = [
    "",
    "{",
    "[]",
    "null",
    "7",
    '"x"',
    '{"duration": NaN}',
    '{"prompt": 1e999}',
    '{"prompt": ' + "9" * 5000 + "}",
    "[" * 100_000,
    '{"a":' * 900 + "1" + "}" * 900,
    b"\xff\xfe",
    b"\x00",
]


@pytest.mark.parametrize("body", NO_REQUESTS, ids=range(len(NO_REQUESTS)))
@pytest.mark.parametrize("path", [JOBS, f"{JOBS}/check", "/v1/videos/generations"])
def test_what_is_no_json_is_refused(alices: Client, path: str, body: str | bytes) -> None:
    assert error_of(alices.post(path, body, **JSON))[0] in (400, 422)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
def test_another_content_type_is_no_fault_of_the_server(alices: Client, kind: str) -> None:
    assert alices.post(f"{JOBS}/check", b"a=1", content_type=kind).status_code in (400, 422)


def test_a_body_can_be_too_large(alices: Client) -> None:
    answer = alices.post(JOBS, wish(prompt="x" * 3_000_000), **JSON)
    assert error_of(answer) == (413, "too_large", None)


def test_a_job_is_queued_with_its_shot(people: None, alices: Client, project: Project) -> None:
    answer = alices.post(JOBS, wish(prompt="@Mara waits", shot="020"), **JSON)
    seen = answer.json()
    job = Job.objects.get()
    assert (answer.status_code, seen["uuid"], seen["status"]) == (201, str(job.uuid), "queued")
    assert (job.project, job.shot.code, job.created_by.username) == (project, "020", "alice")
    assert seen["references"] == [
        {"handle": "Mara", "version": 1, "role": "subject", "second": None, "with_voice": False}
    ]
    assert seen["request"]["ref_images"][0]["tag"] == "@Mara"
    assert alices.get(f"{JOBS}/{job.uuid}").json() == seen


def test_a_refused_job_leaves_nothing(alices: Client) -> None:
    answer = alices.post(JOBS, wish(duration=2, shot="020"), **JSON)
    assert error_of(answer) == (422, "invalid_parameter", "duration")
    assert (Job.objects.count(), Shot.objects.count()) == (0, 0)


def test_a_passed_budget_is_402(alices: Client, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(budget_usd=Decimal("0.10"))
    assert error_of(alices.post(JOBS, wish(shot="020"), **JSON)) == (402, "budget_exceeded", None)
    assert (Job.objects.count(), Shot.objects.count()) == (0, 0)


def test_without_a_project_it_goes_to_one_s_own(alices: Client, alice: User) -> None:
    for _ in range(2):
        assert alices.post(JOBS, wish(project=None), **JSON).status_code == 201
    own = PersonalProject.objects.get(user=alice).project
    assert set(Job.objects.values_list("project", flat=True)) == {own.pk}
    assert own.slug == "alice-own"


def test_who_only_asks_or_is_refused_gets_no_project(people: None, alices: Client) -> None:
    assert checked(alices, project=None, prompt="@Mara at dusk")["problems"] == []
    assert alices.post(JOBS, wish(project=None, duration=99), **JSON).status_code == 422
    assert alices.post("/v1/videos/generations", {"prompt": ""}, **JSON).status_code == 422
    assert not PersonalProject.objects.exists()
    assert not Project.objects.filter(slug__startswith="alice").exists()


def test_a_limited_token_s_jobs_go_to_its_project(
    people: None, alice: User, project: Project, program: Program
) -> None:
    client = program("alice", project=project)
    assert client.post(JOBS, wish(project=None), **JSON).json()["project"] == "harbour-lights"
    other = factories.project(alice, slug="other")
    cast.add(alice, ("Kept", "image", [cast.picture()], {"home_project": other, "is_shared": False}))
    assert error_of(client.post(JOBS, wish(project="other"), **JSON)) == (404, "not_found", None)
    answer = client.post(JOBS, wish(prompt="@Kept at dusk"), **JSON)
    assert error_of(answer)[:2] == (422, "invalid_parameter")
    assert "@Kept" in answer.json()["error"]["message"]


def test_the_same_key_makes_one_job(alices: Client) -> None:
    headers = {"Idempotency-Key": "take-1"}
    answers = [alices.post(JOBS, wish(), headers=headers, **JSON) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["uuid"] == answers[1].json()["uuid"]
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, "true"]
    other = alices.post(JOBS, wish(duration=6), headers=headers, **JSON)
    assert error_of(other) == (409, "idempotency_key_reused", "Idempotency-Key")


def test_the_list_is_filtered_and_shows_no_drafts(
    alice: User, charlie: User, project: Project, alices: Client
) -> None:
    shot = Shot.objects.create(project=project, code="020")
    done = factories.job(alice, project, status=Job.Status.SUCCEEDED, shot=shot)
    failed = factories.job(alice, project, status=Job.Status.FAILED, error_code="x", error_message="No.")
    factories.job(alice, project, status=Job.Status.DRAFT)
    factories.job(charlie, factories.project(charlie), status=Job.Status.QUEUED)

    def found(**query: str) -> list[str]:
        return [item["uuid"] for item in alices.get(JOBS, query).json()["items"]]

    both = [str(failed.uuid), str(done.uuid)]
    assert found() == found(project="harbour-lights") == both
    assert found(status="failed") == both[:1]
    assert found(shot="020") == both[1:]
    assert alices.get(JOBS).json()["items"][0]["error"] == {"code": "x", "message": "No.", "param": None}
    assert error_of(alices.get(JOBS, {"status": "draft"})) == (422, "invalid_parameter", "status")
    assert error_of(alices.get(JOBS, {"cursor": "x"})) == (422, "invalid_parameter", "cursor")


def test_a_list_costs_the_same_however_long(
    alice: User, project: Project, alices: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        factories.job(alice, project, status=Job.Status.QUEUED)
    alices.get(JOBS)
    with django_assert_max_num_queries(2):
        assert len(alices.get(JOBS).json()["items"]) == 5


def test_cancelling(alice: User, project: Project, alices: Client) -> None:
    waiting = factories.job(alice, project, status=Job.Status.QUEUED)
    running = factories.job(alice, project, status=Job.Status.RUNNING)
    assert alices.post(f"{JOBS}/{waiting.uuid}/cancel").json()["status"] == "cancelled"
    assert error_of(alices.post(f"{JOBS}/{running.uuid}/cancel")) == (409, "not_possible", None)


def test_making_again(alice: User, project: Project, alices: Client) -> None:
    failed = factories.job(alice, project, status=Job.Status.FAILED)
    running = factories.job(alice, project, status=Job.Status.RUNNING)
    again = alices.post(f"{JOBS}/{failed.uuid}/retry")
    assert (again.status_code, again.json()["status"], again.json()["prompt"]) == (
        201,
        "queued",
        failed.prompt,
    )
    assert error_of(alices.post(f"{JOBS}/{running.uuid}/retry")) == (409, "not_possible", None)


def test_making_again_twice_under_one_key_is_one_job(alice: User, project: Project, alices: Client) -> None:
    jobs = [factories.job(alice, project, status=Job.Status.FAILED) for _ in range(2)]
    headers = {"Idempotency-Key": "again-1"}
    answers = [alices.post(f"{JOBS}/{jobs[0].uuid}/retry", headers=headers) for _ in range(2)]
    assert answers[0].json()["uuid"] == answers[1].json()["uuid"]
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    other = alices.post(f"{JOBS}/{jobs[1].uuid}/retry", headers=headers)
    assert error_of(other)[:2] == (409, "idempotency_key_reused")


@pytest.mark.parametrize("what", ["", "/cancel", "/retry", "/resolve"])
def test_who_may_do_what(
    alice: User, bob: User, project: Project, charlie: User, program: Program, what: str
) -> None:
    job = factories.job(alice, project, status=Job.Status.FAILED)
    readers = [program("vera"), program("rita"), program("bob", can_write=False)]
    strangers = [program("charlie"), program("bob", project=factories.project(bob))]

    def status(client: Client) -> int:
        path = f"{JOBS}/{job.uuid}{what}"
        return (client.post(path, {"action": "ask"}, **JSON) if what else client.get(path)).status_code

    assert [status(client) for client in readers] == ([403] * 3 if what else [200] * 3)
    assert [status(client) for client in strangers] == [404, 404]
    assert status(program(None)) == 401


@pytest.mark.parametrize("path", ["x", "6f1c8a52-6a0f-4d0c-8a3b-0f8f6f5b0001", "0" * 31, "%00"])
def test_there_is_no_such_job(alices: Client, path: str) -> None:
    assert error_of(alices.get(f"{JOBS}/{path}")) == (404, "not_found", None)
