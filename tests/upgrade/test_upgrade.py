"""Upgrade databases of landed versions: nothing is lost, every page works, renders in flight are paid once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from generation import lifecycle, schema
from generation.models import Job, LedgerEntry, ShareLink, Take
from generation.sandbox.server import SandboxServer
from generation.schema import SchemaState
from generation.supervision.processes.prepare import prepare
from library import storage
from library.models import Asset, Project
from tests.upgrade import contents, walk, world
from tests.worker_host import WorkerHost, wait_for

Status = Job.Status
IN_FLIGHT = ["In flight 1", "In flight 2", "Rendered, not stored"]
LOST_ANSWER = "Being sent when its worker died"
WAITING = "Waits for its turn"
# Of alice, as the filler made it.
TOKEN = "bl_of-a-fixture-that-opens-nothing-else"
OLDEST = "a9b8a0f"
# The oldest version runs every migration; later ones are checked by `make test-all`.
VERSIONS = [OLDEST, pytest.param("96d44fa", marks=pytest.mark.system)]
# The secret keys of the installations that filled 96d44fa, on SQLite and on PostgreSQL.
INSTALLATION_KEYS = [
    "woFRNemYCnHdTZ26EUJzxc4QOEbuLMTN3orDH5Pbw_Bx3p0N7BWUFxnoqkP54pvn",
    "XX0GlZaxtewLyVd4mVpoDP49LJ3MxSHszvpzp9Zq4rqLdEow6BUV-GAB6Q8JV4_n",
]


class Upgraded(NamedTuple):
    """An upgraded database: its version and rows before, the tokens of its share links if stored, its provider."""

    version: str
    before: dict[str, contents.Rows]
    link_tokens: set[str]
    provider: SandboxServer


@pytest.fixture(params=VERSIONS)
def upgraded(
    request: pytest.FixtureRequest, restore: Callable[[str], None], s3: object, tmp_path: Path, settings
) -> Iterator[Upgraded]:
    restore(request.param)
    settings.SECRET_KEY_FALLBACKS = INSTALLATION_KEYS
    world.tasks_in(tmp_path)
    with SandboxServer(tmp_path, api_key=settings.SKYREELS_API_KEY, speed=0) as provider:
        settings.SKYREELS_BASE_URL = provider.base_url
        world.move_provider(provider.base_url)
        before = contents.contents()
        links = {row["token"] for row in before["generation_sharelink"].values() if request.param == OLDEST}
        call_command("migrate", verbosity=0)
        yield Upgraded(request.param, before, links, provider)


def test_before_the_upgrade_it_is_asked_for(restore: Callable[[str], None]) -> None:
    """A host of this version waits for the migration, and `up` makes it by itself."""
    restore(OLDEST)
    status = schema.current_status()
    assert (status.state, status.can_migrate) == (SchemaState.NOT_MIGRATED, True)
    with pytest.raises(SystemExit) as ended:
        call_command("worker")
    assert str(ended.value).startswith("backlot: schema: migrations are not applied (generation 0002_")
    assert str(ended.value).endswith("run `manage.py migrate`")
    assert Client().get("/login/").status_code == 503


@pytest.mark.usefixtures("s3")
def test_up_upgrades_by_itself(restore: Callable[[str], None]) -> None:
    restore(OLDEST)
    before = contents.contents()
    prepare()
    assert schema.is_usable()
    assert contents.lost(before, contents.contents()) == []


def test_nothing_is_lost(upgraded: Upgraded) -> None:
    assert schema.current_status().state is SchemaState.CURRENT
    assert contents.lost(upgraded.before, contents.contents()) == []
    if upgraded.version == OLDEST:
        assert {link.token for link in ShareLink.objects.all()} == upgraded.link_tokens
    there = {table for table, rows in upgraded.before.items() if rows}
    assert {
        "library_asset",
        "generation_take",
        "generation_note",
        "generation_verdict",
        "generation_vote",
    } < there
    assert set(Job.objects.values_list("status", flat=True)) == set(Status)
    assert set(Asset.objects.values_list("kind", flat=True)) == set(Asset.Kind)
    assert set(LedgerEntry.objects.values_list("state", flat=True)) == set(LedgerEntry.State)


def test_every_page_answers(upgraded: Upgraded) -> None:
    world.seed_objects()
    owner, administrator, guest = Client(), Client(), Client()
    owner.force_login(User.objects.get(username="alice"))
    administrator.force_login(User.objects.get(username="admin"))
    urls = walk.urls()
    for client in (owner, administrator, guest):
        assert failures(client, urls) == {}
    assert failures(administrator, admin_urls()) == {}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    calls = [url for url in urls if url.startswith(("/api/", "/v1/"))]
    assert failures(Client(headers=headers), calls) == {}
    answered = [url for url in calls if Client(headers=headers).get(url).status_code == 200]
    assert {"/v1/balance", "/api/v1/takes", "/api/v1/assets", "/api/v1/jobs"} < set(answered)
    assert len(answered) > 20
    shown = [one.get_absolute_url() for one in things_of_alice()]
    assert {url: owner.get(url).status_code for url in shown} == dict.fromkeys(shown, 200)


def things_of_alice() -> list[object]:
    alice = User.objects.get(username="alice")
    models = (Project, Job, Take, Asset)
    return [one for model in models for one in model.objects.visible_to(alice).exclude(**_drafts(model))]


def _drafts(model: type) -> dict[str, object]:
    """A draft has no page of its own, it leads to the composer."""
    return {"status": Status.DRAFT} if model is Job else {"pk": 0}


def failures(client: Client, urls: list[str]) -> dict[str, int]:
    """Return the answers that are faults. What is streamed is read to its end."""
    found = {}
    for url in urls:
        if url == "/readyz":
            continue
        answer = client.get(url)
        if answer.streaming:
            answer.getvalue()
        if answer.status_code >= 500:
            found[url] = answer.status_code
    return found


def admin_urls() -> list[str]:
    """The list of each table, and the page of its first row."""
    found = []
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        if (first := model._default_manager.first()) is not None:
            found.append(reverse(f"{name}_change", args=[first.pk]))
    return found


def test_renders_in_flight_arrive_and_nothing_is_sent_twice(upgraded: Upgraded) -> None:
    """The worker's own steps in this process: the sweep asks, and what it would wake is done at once."""
    wait_until_drawn(upgraded.provider)
    for _ in range(60):
        lifecycle.sweep(seconds=1)
        for status, pk in Job.objects.due().values_list("status", "pk"):
            if status == Status.STORING:
                lifecycle.store_job(pk)
            elif status in {Status.QUEUED, Status.SUBMITTING}:
                lifecycle.submit_next(pk)
        if is_over():
            break
    check_what_became_of_them(upgraded)


@pytest.mark.system
def test_a_real_worker_goes_on_where_the_old_one_stopped(upgraded: Upgraded) -> None:
    wait_until_drawn(upgraded.provider)
    worker = WorkerHost("upgrade.log", SKYREELS_BASE_URL=upgraded.provider.base_url)
    worker.start()
    try:
        wait_for(is_over, seconds=120)
    finally:
        worker.stop()
    check_what_became_of_them(upgraded)


def wait_until_drawn(provider: SandboxServer) -> None:
    """By the fixture's times the renders are long overdue: one polled too early is next polled minutes later."""
    wait_for(lambda: all(task["status"] == "completed" for task in provider.tasks()), seconds=120)


def is_over() -> bool:
    return not Job.objects.filter(status__in=Job.Status.active).exists()


def check_what_became_of_them(upgraded: Upgraded) -> None:
    arrived = [world.job(prompt) for prompt in (*IN_FLIGHT, WAITING)]
    assert [(job.prompt, job.status) for job in arrived] == [
        (job.prompt, Status.SUCCEEDED) for job in arrived
    ]
    for job in arrived:
        assert storage.exists(job.take.key)
        assert job.ledger.state == LedgerEntry.State.SETTLED
    # Nobody knows whether it was sent, and its key is too old to ask by: a person decides, it is not sent again.
    assert world.job(LOST_ANSWER).status == Status.HELD
    submits = [
        entry
        for entry in upgraded.provider.log()
        if entry["method"] == "POST" and "generations" in entry["path"]
    ]
    assert len(submits) == 1
    tasks = {task["prompt"]: task["submits"] for task in upgraded.provider.tasks()}
    assert tasks == dict.fromkeys([*IN_FLIGHT, LOST_ANSWER, WAITING], 1)
