"""What programs that watch the house are told, and what a stranger is not."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.tasks import async_task
from prometheus_client.parser import text_string_to_metric_families

from generation.models import GatewayState, Heartbeat, Job, JobEvent, LedgerEntry, Production
from library.models import Project

TOKEN = "a-token-of-these-tests"
Status = Job.Status


def ago(**units: float):
    return timezone.now() - timedelta(**units)


def a_job(alice: User, project: Project, status: str, number: int = 1, **fields: object) -> Job:
    known = {"task_id": f"task-{status}-{number}", "provider": "sandbox"}
    return Job.objects.create(
        project=project, created_by=alice, prompt="dusk", status=status, **known | fields
    )


def scraped(client: Client) -> dict[str, float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    families = text_string_to_metric_families(answer.content.decode())
    return {
        "/".join([sample.name.removeprefix("backlot_"), *sample.labels.values()]): sample.value
        for family in families
        for sample in family.samples
    }


def parts(client: Client) -> dict[str, tuple[bool, str]]:
    """What `/readyz` says to whoever sends the token."""
    with override_settings(METRICS_TOKEN=TOKEN):
        answer = client.get("/readyz", headers={"Authorization": f"Bearer {TOKEN}"})
    return {name: (part["ok"], part["detail"]) for name, part in answer.json().items()}


@pytest.fixture
def token(settings) -> None:
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture
def beating(db: None) -> None:
    Heartbeat.objects.create(name="sweep:aa", beat_at=timezone.now())


def test_healthz_needs_nothing(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer another-token-than-that", f"Basic {TOKEN}", TOKEN])
def test_metrics_are_for_whoever_has_the_token(db: None, client: Client, token: None, sent: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": sent})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"backlot_" not in answer.content


def test_there_are_no_metrics_without_a_token(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_an_empty_house_has_figures(client: Client, token: None, db: None) -> None:
    seen = scraped(client)
    assert {seen[f"jobs/{status}"] for status in Status} == {0}
    assert "heartbeat_age_seconds" not in seen
    assert seen["worker_hosts"] == seen["oldest_waiting_seconds"] == seen["error_ratio_last_hour"] == 0


def test_the_figures_tell_what_the_rows_say(
    client: Client, token: None, alice: User, project: Project
) -> None:
    get_broker().purge_queue()  # Redis keeps what earlier tests left there
    async_task("generation.tasks.send_emails")
    now = timezone.now()
    for number in range(3):
        a_job(alice, project, Status.SUCCEEDED, number, finished_at=now, polls=4)
    a_job(alice, project, Status.SUCCEEDED, 9, finished_at=ago(hours=2))
    a_job(alice, project, Status.FAILED, error_code='odd "code"\n', finished_at=now, polls=1)
    held = a_job(alice, project, Status.HELD)
    a_job(alice, project, Status.STORING, next_step_at=ago(seconds=90))
    waiting = a_job(alice, project, Status.QUEUED, task_id="", next_step_at=now)
    uncertain = {"state": LedgerEntry.State.UNCERTAIN, "estimate_usd": "1.25"}
    LedgerEntry.objects.create(job=held, project=project, **uncertain)
    LedgerEntry.objects.create(job=waiting, project=project, estimate_usd="1.25")
    LedgerEntry.objects.filter(job=waiting).update(created_at=ago(seconds=300))
    for host, seconds in {"aa": 2, "bb": 4, "cc": 300}.items():
        Heartbeat.objects.create(name=f"sweep:{host}", beat_at=ago(seconds=seconds))

    seen = scraped(client)

    assert (seen["jobs/succeeded"], seen["jobs/held"], seen["jobs/draft"]) == (4, 1, 0)
    assert (seen["takes_stored_last_hour"], seen["polls_of_ended_last_hour"]) == (3, 13)
    assert (seen['failures_last_hour/odd "code"\n'], seen["error_ratio_last_hour"]) == (1, 0.25)
    assert (seen["jobs_wanting_a_person"], seen["uncertain_usd"], seen["worker_hosts"]) == (1, 1.25, 2)
    assert seen["oldest_waiting_seconds"] == pytest.approx(300, abs=20)
    assert seen["oldest_overdue_seconds"] == pytest.approx(90, abs=20)
    assert seen["heartbeat_age_seconds"] == pytest.approx(2, abs=20)
    assert (seen["gateway_paused"], seen["queue_messages"]) == (0, 1)


def test_a_pause_and_the_spent_budget_are_seen(client: Client, token: None, settings, db: None) -> None:
    spent = timezone.now().timestamp() + 60
    GatewayState.objects.create(
        base_url=settings.SKYREELS_BASE_URL, paused_at=timezone.now(), budget_spent_until=spent
    )
    seen = scraped(client)
    assert (seen["gateway_paused"], seen["request_budget_spent_ratio"]) == (1, 1)


def test_more_jobs_are_no_more_queries(
    client: Client, token: None, alice: User, project: Project, django_assert_max_num_queries
) -> None:
    for number in range(5):
        a_job(alice, project, Status.FAILED, number, error_code=f"code-{number}", finished_at=timezone.now())
        a_job(alice, project, Status.QUEUED, task_id="", next_step_at=ago(minutes=5))
    with django_assert_max_num_queries(16):
        scraped(client)


@pytest.mark.usefixtures("s3", "db")
def test_readyz_names_the_part_that_fails(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert {name: part["ok"] for name, part in answer.json().items()} == {
        "database": True,
        "schema": True,
        "storage": True,
        "worker": False,
        "steps": True,
        "waiting": True,
        "renders": True,
    }
    Heartbeat.objects.update_or_create(name="sweep", defaults={"beat_at": timezone.now()})
    assert client.get("/readyz").status_code == 200


@pytest.mark.usefixtures("s3", "beating")
def test_readyz_tells_facts_to_administrators_and_the_token_alone(
    client: Client, alice: User, project: Project, settings
) -> None:
    a_job(alice, project, Status.FAILED, finished_at=timezone.now())
    address = f"{settings.AWS_S3_ENDPOINT_URL}, bucket {settings.AWS_STORAGE_BUCKET_NAME}"
    for stranger in (Client(), Client(headers={"Authorization": "Bearer "}), client):
        client.force_login(alice)
        shown = stranger.get("/readyz").json()
        assert {name: list(part) for name, part in shown.items()} == {name: ["ok"] for name in shown}
    User.objects.update(is_staff=True)
    told = client.get("/readyz").json()
    assert (told["storage"]["detail"], told["renders"]["detail"]) == (
        address,
        "1 of 1 failed within the last hour",
    )
    settings.AWS_S3_ENDPOINT_URL = "http://127.0.0.1:9"
    assert Client().get("/readyz").json()["storage"] == {"ok": False}
    assert parts(Client())["storage"][1].startswith("http://127.0.0.1:9, bucket")


@pytest.mark.usefixtures("s3", "beating")
def test_a_step_that_nobody_takes_is_named_though_the_worker_sweeps(
    client: Client, alice: User, project: Project
) -> None:
    job = a_job(alice, project, Status.STORING, next_step_at=ago(minutes=5))
    assert client.get("/readyz").status_code == 200
    Job.objects.update(next_step_at=ago(minutes=11))
    ok, detail = parts(client)["steps"]
    assert (ok, client.get("/readyz").status_code) == (False, 503)
    assert detail.startswith(f"job {UUID(str(job.uuid))} (storing) has been due for 66")


@pytest.mark.usefixtures("s3", "beating")
def test_what_waits_behind_a_pause_or_for_another_gateway_is_not_overdue(
    client: Client, alice: User, project: Project
) -> None:
    a_job(alice, project, Status.RUNNING, provider="gateway", base_url="https://x", next_step_at=ago(hours=1))
    a_job(alice, project, Status.QUEUED, task_id="", next_step_at=ago(hours=1))
    paused = Production.objects.create(project=project, paused_at=timezone.now())
    assert parts(client)["steps"] == (True, "nothing is overdue")
    paused.delete()
    assert parts(client)["steps"][0] is False


@pytest.mark.usefixtures("s3", "beating")
def test_readyz_tells_how_long_the_oldest_job_has_waited(
    client: Client, alice: User, project: Project
) -> None:
    assert parts(client)["waiting"] == (True, "no job waits")
    job = a_job(alice, project, Status.QUEUED, task_id="", next_step_at=timezone.now())
    LedgerEntry.objects.create(job=job, project=project, estimate_usd=1)
    LedgerEntry.objects.update(created_at=ago(seconds=4000))
    ok, detail = parts(client)["waiting"]
    assert (ok, detail[:40]) == (True, "the oldest waiting job has waited for 40")


@pytest.mark.usefixtures("s3", "beating")
def test_a_long_line_that_moves_is_not_overdue(client: Client, alice: User, project: Project) -> None:
    job = a_job(alice, project, Status.QUEUED, task_id="", next_step_at=ago(hours=1))
    JobEvent.objects.create(job=job, status=Status.SUBMITTING, code="submitting")
    assert parts(client)["steps"][0] is True


@pytest.mark.usefixtures("s3", "beating")
def test_failures_are_told_and_are_an_alarm_when_nothing_else_ends(
    client: Client, alice: User, project: Project
) -> None:
    for number in range(4):
        a_job(alice, project, Status.FAILED, number, finished_at=timezone.now())
    assert parts(client)["renders"] == (True, "4 of 4 failed within the last hour")
    a_job(alice, project, Status.FAILED, 4, finished_at=timezone.now())
    assert (parts(client)["renders"][0], client.get("/readyz").status_code) == (False, 503)
    a_job(alice, project, Status.SUCCEEDED, finished_at=timezone.now())
    assert parts(client)["renders"] == (True, "5 of 6 failed within the last hour")


def test_administrators_find_the_figures_on_their_first_page(
    admin_client: Client, alice: User, project: Project, beating: None
) -> None:
    a_job(alice, project, Status.FAILED, error_code="content_policy", finished_at=timezone.now())
    a_job(alice, project, Status.STORING, next_step_at=ago(minutes=5, seconds=10))
    figures = admin_client.get("/admin/").context["queue_figures"]
    shown = {figure.code: figure.value for figure in figures}
    assert (shown["hosts"], shown["storing"]) == ("1", "1")
    assert "5" in shown["longest_overdue"]
    assert (shown["failed"], shown["failed_content_policy"]) == ("1 (100%)", "1")
