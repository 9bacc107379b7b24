"""Databases of versions before the frozen migrations are refused everywhere, with the remedy, and not changed."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from generation import schema, tasks
from generation.schema import SchemaState
from generation.supervision.processes.prepare import prepare
from tests.free_ports import free_port
from tests.worker_host import database_url

OLD = ["e13dd59", "2b5a32e"]
WHY = "the database was made by a version that cannot be upgraded (without "
REMEDY = "start with an empty database; see docs/upgrading.md"

Restore = Callable[[str], None]


@pytest.fixture(params=OLD)
def old(request: pytest.FixtureRequest, restore: Restore) -> str:
    restore(request.param)
    return request.param


def tables() -> list[str]:
    with connection.cursor() as cursor:
        return sorted(connection.introspection.table_names(cursor))


def rows_of(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        return cursor.fetchone()[0]


def test_the_check_names_what_is_missing(old: str) -> None:
    status = schema.current_status()
    assert status.state is SchemaState.UNSUPPORTED
    assert status.detail.startswith(WHY)
    assert status.detail.endswith(REMEDY)


@pytest.mark.parametrize(
    "command", [prepare, lambda: call_command("worker"), lambda: call_command("worker", cluster=True)]
)
def test_up_and_workers_end_with_one_line(old: str, command: Callable[[], Any]) -> None:
    before = tables()
    with pytest.raises(SystemExit) as ended:
        command()
    assert str(ended.value).startswith(f"backlot: schema: {WHY}")
    assert tables() == before


def test_migrate_changes_nothing(old: str) -> None:
    before = tables(), rows_of("django_migrations")
    with pytest.raises(CommandError, match="cannot be upgraded"):
        call_command("migrate", verbosity=0)
    assert (tables(), rows_of("django_migrations")) == before


def test_doctor_fails(old: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", no_color=True)
    assert ended.value.code == 1
    assert f"FAIL  schema: {WHY}" in capsys.readouterr().out


def test_readyz_names_the_schema(old: str, client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["schema"]["ok"] is False
    assert answer.json()["database"]["ok"] is True


@pytest.mark.parametrize("path", ["/", "/login/", "/library/", "/admin/", "/s/unknown/"])
def test_pages_are_closed(old: str, client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Backlot is being upgraded" in answer.content.decode()
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/assets", "/v1/balance"])
def test_apis_are_closed_in_their_shape(old: str, client: Client, path: str) -> None:
    answer = client.get(path, headers={"Authorization": "Bearer of-somebody"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert answer.json()["error"]["code"] == "schema_mismatch"


def test_workers_that_run_take_no_step(old: str, caplog: pytest.LogCaptureFixture) -> None:
    tasks.sweep()
    tasks.submit(1)
    tasks.send_notifications()
    assert rows_of("generation_heartbeat") == 0
    assert [record.message.partition(";")[0] for record in caplog.records] == [
        f"skipped the task {task}" for task in ("sweep", "submit", "send_notifications")
    ]


@pytest.mark.system
@pytest.mark.parametrize("command", [["up", "--no-demo"], ["worker"], ["doctor"], ["migrate"]])
def test_each_command_as_a_process(old: str, command: list[str], tmp_path: Path) -> None:
    """What is seen in a terminal: one line, no traceback, and nothing keeps running.

    In a folder of its own: `up` starts a local S3 server, which must not take the socket of the tests' own.
    """
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "BACKLOT_VAR": str(tmp_path),
        "BACKLOT_PORT": str(free_port()),
        "DATABASE_URL": database_url(),
    }
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert WHY in said
    assert "Traceback" not in said
    assert "Backlot is open" not in said
