"""The check of the database against this version, on the database that the tests have."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext

from generation import schema
from generation.schema import SchemaState, read_status

pytestmark = pytest.mark.django_db
UNSUPPORTED = "the database was made by a version that cannot be upgraded"


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_tables_of_this_version_fit_by_few_queries() -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        status = read_status(connection)
    assert (status.state, status.detail) == (SchemaState.CURRENT, "all tables there")
    assert len(asked) <= 6


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("ALTER TABLE generation_take DROP COLUMN times", "column generation_take.times"),
        ("DROP TABLE generation_callback", "table generation_callback"),
        ("DROP TABLE taggit_taggeditem", "table taggit_taggeditem"),
        ("DROP INDEX assets_by_kind", "constraint or index assets_by_kind"),
    ],
)
def test_what_is_missing_is_named_though_all_migrations_are_recorded(change: str, named: str) -> None:
    run(change)
    status = read_status(connection)
    assert status.state is SchemaState.UNSUPPORTED
    assert status.detail.startswith(f"{UNSUPPORTED} (without {named})")
    assert not status.can_migrate


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE generation_take ADD COLUMN grade varchar(8) NULL",
        "ALTER TABLE generation_take ADD COLUMN grade varchar(8) NOT NULL DEFAULT ''",
        "CREATE TABLE generation_grade (id bigint NOT NULL)",
    ],
)
def test_a_database_that_is_ahead_is_used(change: str) -> None:
    """During a rolling upgrade the hosts that are not upgraded yet go on."""
    run(change)
    MigrationRecorder(connection).record_applied("generation", "9999_grades")
    assert read_status(connection).is_usable


def test_a_newer_version_without_what_this_one_needs_is_told_from_an_older_one() -> None:
    run("ALTER TABLE generation_take DROP COLUMN times")
    MigrationRecorder(connection).record_applied("generation", "9999_no_times")
    status = read_status(connection)
    assert status.state is SchemaState.NEWER
    assert "newer version" in status.detail
    assert "generation_take.times" in status.detail


def test_a_migration_that_was_not_applied_is_no_other_version() -> None:
    [latest] = MigrationLoader(connection).graph.leaf_nodes("library")
    MigrationRecorder(connection).record_unapplied(*latest)
    status = read_status(connection)
    assert status.state is SchemaState.NOT_MIGRATED
    assert status.detail == f"migrations are not applied ({' '.join(latest)}): run `manage.py migrate`"
    assert status.can_migrate


def test_a_good_result_is_kept_and_a_bad_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    results = iter([SchemaState.NOT_MIGRATED, SchemaState.CURRENT])

    def look(_: object) -> schema.SchemaStatus:
        looked.append(True)
        return schema.SchemaStatus(next(results), "")

    monkeypatch.setattr("generation.schema.status.read_status", look)
    monkeypatch.setattr("generation.schema.status.KEEP_BAD", 0)
    schema.forget()
    try:
        assert not schema.is_usable()
        assert schema.is_usable()
        assert schema.is_usable()
    finally:
        schema.forget()
    assert len(looked) == 2
