"""A storage or a database that is away is 503 with `Retry-After`, as a page and in the APIs' shape, and logged."""

import logging
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client

from config import outages
from generation import api_tokens, schema
from generation.models import Take
from generation.supervision.health import checks
from generation.supervision.web.allowance import allowance
from generation.supervision.web.application import REFUSED
from generation.supervision.web.body import Refused
from library import outage_log, storage
from library.models import Asset, MediaFile, Project
from tests import factories
from tests.generation.views.conftest import make_take
from tests.killable import Service
from tests.worker_host import WorkerHost, wait_for


@pytest.fixture(params=["stopped", "no bucket", "wrong key"])
def away(request: pytest.FixtureRequest, s3: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The real S3 server, stopped, or asked for a bucket that is missing or with a key that is not its own."""
    outage_log._logged.clear()
    if request.param == "stopped":
        s3.stop()
        yield request.param
        s3.start()
        return
    wrong = {"no bucket": {"bucket_name": "nobody-made-it"}, "wrong key": {"secret_key": "guessed"}}
    monkeypatch.setattr(storage, "default_storage", storage.PrivateStorage(**wrong[request.param]))
    yield request.param


@pytest.fixture
def take(s3: Service, alice: User, project: Project) -> Take:
    made = make_take(alice, project)
    made.review = "approved"
    made.save(update_fields=["review"])
    return made


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def is_unavailable(answer: HttpResponse) -> bool:
    return (answer.status_code, answer.headers.get("Retry-After")) == (503, "10")


def code_of(answer: HttpResponse) -> str:
    assert is_unavailable(answer), answer.content
    return answer.json()["error"]["code"]


def test_pages_say_it_and_keep_nothing(
    browser: Client, alice: User, project: Project, take: Take, away: str, caplog: pytest.LogCaptureFixture
) -> None:
    asset = Asset.objects.create(handle="Mara", kind=Asset.Kind.IMAGE, created_by=alice)
    answers = {
        "still": browser.get(f"/takes/{take.uuid}/frames/3.png"),
        "promote": browser.post(
            f"/takes/{take.uuid}/promote/", {"handle": "Dusk", "what": "frame", "at": "1"}
        ),
        "approved": browser.get(f"/projects/{project.slug}/approved.zip"),
        "export": browser.post("/library/export/", {"asset": asset.pk}),
    }
    assert {name: is_unavailable(answer) for name, answer in answers.items()} == dict.fromkeys(answers, True)
    assert answers["approved"].context["outage"].code == "storage_unavailable"
    assert MediaFile.objects.count() == 0
    causes = [record.message for record in caplog.records if record.name == "backlot.storage"]
    assert causes
    assert len(causes) == len(set(causes))
    assert "X-Amz" not in caplog.text
    assert "guessed" not in caplog.text
    assert "Traceback" not in caplog.text


def test_uploads_are_refused_for_now_and_keep_what_was_typed(browser: Client, s3: Service, away: str) -> None:
    typed = {"kind": "image", "handle": "Mara", "title": "Mara Voss"}
    page = browser.post("/library/new/", {**typed, "files": factories.upload("front.png")})
    assert is_unavailable(page)
    assert "front.png" in page.content.decode()
    assert 'value="Mara Voss"' in page.content.decode()
    assert is_unavailable(browser.post("/library/upload/", {"files": factories.upload()}))
    single = browser.post("/library/uploads/", {"file": factories.upload()})
    assert (is_unavailable(single), single.json()["retry_after"]) == (True, 10)
    assert MediaFile.objects.count() == 0


def test_both_apis_say_it_in_their_shape(client: Client, alice: User, take: Take, away: str) -> None:
    headers = {"Authorization": f"Bearer {api_tokens.make(user=alice, name='program')[1]}"}
    promoted = client.post(
        f"/api/v1/takes/{take.uuid}/promote",
        {"handle": "Dusk", "at": 1},
        content_type="application/json",
        headers=headers,
    )
    assert code_of(promoted) == "storage_unavailable"
    uploaded = client.post(
        "/api/v1/assets",
        {"handle": "Mara", "kind": "image", "files": factories.upload()},
        headers=headers,
    )
    assert code_of(uploaded) == "storage_unavailable"
    assert promoted["Content-Type"].startswith("application/json")


@pytest.mark.django_db
def test_readyz_asks_for_the_bucket(client: Client, away: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["storage"]["ok"]) == (503, False)
    assert not checks.storage_ok().ok


@pytest.mark.usefixtures("s3")
def test_a_missing_bucket_is_created_by_doctor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], db: None
) -> None:
    monkeypatch.setattr(storage, "default_storage", storage.PrivateStorage(bucket_name="made-by-doctor"))
    with pytest.raises(SystemExit):
        call_command("doctor", no_color=True)
    assert "FAIL  storage" in capsys.readouterr().out
    with pytest.raises(SystemExit):  # no worker runs beside this test
        call_command("doctor", fix=True, no_color=True)
    storage.check_bucket()


@pytest.mark.system
def test_a_missing_bucket_is_created_by_a_worker(
    worker: WorkerHost, monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    """As in production, where no `up` runs."""
    worker.environment = {"AWS_STORAGE_BUCKET_NAME": "made-by-worker"}
    there = storage.PrivateStorage(bucket_name="made-by-worker")
    monkeypatch.setattr(storage, "default_storage", there)
    with pytest.raises(storage.StorageFailed):
        storage.check_bucket()
    worker.start()
    wait_for(lambda: checks.storage_ok().ok)


@pytest.fixture
def no_database(django_db_setup: None, django_db_blocker, tmp_path) -> Iterator[None]:
    """The default connection leads nowhere."""
    nowhere = (
        {"NAME": str(tmp_path / "missing" / "x.sqlite3")} if connection.vendor == "sqlite" else {"PORT": "9"}
    )
    usual = {name: connection.settings_dict[name] for name in nowhere}
    outage_log._logged.clear()
    with django_db_blocker.unblock():
        connection.close()
        schema.forget()
        connection.settings_dict.update(nowhere)
        yield
        connection.close()
        connection.settings_dict.update(usual)


@pytest.mark.parametrize("path", ["/", "/library/", "/jobs/", "/admin/", "/s/unknown/"])
def test_a_database_that_is_away_is_a_page(
    path: str, no_database: None, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "of-somebody"
    for _ in range(2):
        answer = client.get(path)
        assert is_unavailable(answer)
        assert answer.context["outage"].code == "database_unavailable"
    errors = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.name for record in errors] == ["backlot.web"]
    assert errors[0].exc_info is None


@pytest.mark.parametrize("path", ["/api/v1/assets", "/v1/balance", "/v1/tasks/task_x"])
def test_a_database_that_is_away_is_told_by_both_apis(path: str, no_database: None) -> None:
    client = Client(raise_request_exception=False)
    answer = client.get(path, headers={"Authorization": "Bearer of-somebody"})
    assert code_of(answer) == "database_unavailable"


def test_a_large_body_waits_for_the_database_too(no_database: None, client: Client) -> None:
    """Who sends it, and so how much may be sent, is looked up before anything of it is read."""
    with pytest.raises(Refused) as refusal:
        allowance({"PATH_INFO": "/api/v1/assets", "HTTP_AUTHORIZATION": "Bearer of-somebody"})
    answer = client.post("/api/v1/assets", **{REFUSED: refusal.value})
    assert code_of(answer) == "database_unavailable"


def test_a_process_without_a_database_is_up_and_not_ready(no_database: None, client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]["ok"], answer.json()["schema"]["ok"]) == (
        503,
        False,
        False,
    )


def test_an_error_of_our_own_stays_one_and_has_the_shape_of_the_api(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LookupError("a fault")

    monkeypatch.setattr("generation.api.gateway_api.default_project", broken)
    headers = {"Authorization": f"Bearer {api_tokens.make(user=alice, name='program')[1]}"}
    answer = Client(raise_request_exception=False).get("/v1/balance", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
    assert not answer.has_header("Retry-After")


def test_a_wrong_query_is_no_outage(db: None) -> None:
    with pytest.raises(DatabaseError) as error, connection.cursor() as cursor:
        cursor.execute("SELECT lamp FROM generation_take")
    assert outages.outage_behind(error.value) is None


def test_a_database_that_is_away_is_not_asked_about_its_schema(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that does not even refuse holds each connection for ten seconds; a request waited for three."""
    looks = []
    assert schema.is_usable()
    monkeypatch.setattr(schema.status, "read_status", lambda connection: looks.append(connection))
    assert outages.outage_behind(OperationalError("connection timeout expired")) is outages.DATABASE
    assert schema.is_usable()
    assert looks == []
