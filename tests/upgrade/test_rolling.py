"""Migrations only add, so that hosts of the version before go on while they are upgraded one after the other."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from generation.schema.actual import schema_in
from generation.schema.differences import compare
from generation.schema.expected import schema_of

# The last migrations of a9b8a0f.
BEFORE = [("generation", "0001_first"), ("library", "0002_search")]


@pytest.mark.django_db
def test_the_version_before_can_work_on_the_tables_of_this_one() -> None:
    """A new column needs NULL or `db_default`: Django's `default` alone is not there for the version before."""
    state = MigrationLoader(connection).project_state(BEFORE)
    expected = schema_of(state.apps.get_models(include_auto_created=True), connection)
    differences = compare(expected, schema_in(connection), with_names=False)
    assert (differences.missing, differences.unknown) == ((), ())
