"""Decide whether this version can use the database, and what to do if it cannot."""

import enum
import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from generation.schema.actual import schema_in
from generation.schema.differences import Differences, compare
from generation.schema.expected import schema_of, schema_of_installed_apps

Migration = tuple[str, str]
# Development migrations that were squashed into `0001_first`. Their records do not indicate a newer version.
RETIRED: frozenset[Migration] = frozenset(
    ("generation", name)
    for name in ("0002_first", "0002_idempotency_keys", "0002_jobs_of_status", "0003_jobs_by_end")
)
# Seconds for which a bad result is cached, so that concurrent requests cause only one check of the database.
KEEP_BAD = 2.0
NAMED = 3


class SchemaState(enum.Enum):
    """Relation of the database schema to this version."""

    CURRENT = "current"
    NOT_MIGRATED = "not migrated"
    UNSUPPORTED = "unsupported"
    NEWER = "newer"


@dataclass(frozen=True)
class SchemaStatus:
    """The state, with a one-line reason and remedy."""

    state: SchemaState
    detail: str

    @property
    def is_usable(self) -> bool:
        """Return whether this version can use the database."""
        return self.state is SchemaState.CURRENT

    @property
    def can_migrate(self) -> bool:
        """Return whether `manage.py migrate` may run: a database that cannot be upgraded must not be changed."""
        return self.state in {SchemaState.CURRENT, SchemaState.NOT_MIGRATED}


_kept: tuple[float, SchemaStatus] | None = None


def current_status(*, max_age: float = float("inf")) -> SchemaStatus:
    """Return the status, at most `max_age` seconds old; a bad one is never older than `KEEP_BAD`.

    It is read over a separate connection, so that it does not depend on a transaction in progress. Raise
    `django.db.Error`.
    """
    global _kept
    now = time.monotonic()
    if _kept is not None:
        read_at, status = _kept
        if now - read_at <= (max_age if status.is_usable else min(max_age, KEEP_BAD)):
            return status
    own = connection.copy()
    try:
        status = read_status(own)
    finally:
        own.close()
    _kept = now, status
    return status


def is_usable() -> bool:
    """Return whether this version can use the database; a good result is cached until the process ends."""
    return current_status().is_usable


def forget() -> None:
    """Clear the cached result."""
    global _kept
    _kept = None


def read_status(connection: BaseDatabaseWrapper) -> SchemaStatus:
    """Compare the database with the migrations and models of this version. Raise `django.db.Error`."""
    loader = MigrationLoader(connection)
    recorded = set(loader.applied_migrations)
    applied = recorded & loader.graph.nodes.keys()
    unapplied = sorted(loader.graph.nodes.keys() - applied)
    unknown = recorded - loader.graph.nodes.keys() - loader.disk_migrations.keys() - RETIRED
    differences = _differences(connection, loader, applied, is_complete=not unapplied, is_ahead=bool(unknown))
    if differences:
        return _newer(differences) if unknown else _unsupported(differences)
    if unapplied:
        names = _named([f"{app} {name}" for app, name in unapplied])
        what = f"migrations are not applied ({names})" if recorded else "the database is empty"
        return SchemaStatus(SchemaState.NOT_MIGRATED, f"{what}: run `manage.py migrate`")
    ahead = ", of a newer version, which this one can use" if unknown else ""
    return SchemaStatus(SchemaState.CURRENT, f"all tables there{ahead}")


def _differences(
    connection: BaseDatabaseWrapper,
    loader: MigrationLoader,
    applied: set[Migration],
    *,
    is_complete: bool,
    is_ahead: bool,
) -> Differences:
    """Compare with the models; before a `migrate`, with the model state at the applied migrations."""
    if is_complete:
        expected = schema_of_installed_apps(connection)
    else:
        state = loader.project_state(sorted(applied))
        expected = schema_of(state.apps.get_models(include_auto_created=True), connection)
    return compare(expected, schema_in(connection), with_names=not is_ahead)


def _unsupported(differences: Differences) -> SchemaStatus:
    lacks = f"without {_named(differences.missing)}" if differences.missing else ""
    has = f"with {_named(differences.unknown)}" if differences.unknown else ""
    return SchemaStatus(
        SchemaState.UNSUPPORTED,
        f"the database was made by a version that cannot be upgraded ({' and '.join(filter(None, [lacks, has]))}). "
        "Nothing was changed. Use the version that made it, or start with an empty database; "
        "see docs/upgrading.md",
    )


def _newer(differences: Differences) -> SchemaStatus:
    named = _named([*differences.missing, *differences.unknown])
    return SchemaStatus(
        SchemaState.NEWER,
        f"the database belongs to a newer version, which this one cannot work with ({named}): "
        "install that version here as well",
    )


def _named(names: Iterable[str]) -> str:
    """Name the first few and count the others."""
    listed = list(names)
    more = len(listed) - NAMED
    return ", ".join(listed[:NAMED]) + (f" and {more} more" if more > 0 else "")
