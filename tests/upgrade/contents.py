"""Everything that is in a database, to be compared with what is in it after an upgrade."""

from typing import Any

from django.db import connection

Rows = dict[Any, dict[str, Any]]
# Written by Django itself with each migration, or again at each start: schedules.
OF_DJANGO = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "sqlite_sequence",
    "django_q_schedule",
}
# A hash or a seal took the place of the open value, as a migration says.
REPLACED = {("generation_sharelink", "token")}


def contents() -> dict[str, Rows]:
    """Every row of every table by its key, each value as the database has it."""
    with connection.cursor() as cursor:
        tables = [table for table in connection.introspection.table_names(cursor) if table not in OF_DJANGO]
    return {table: rows_of(table) for table in tables if "_words" not in table}


def rows_of(table: str) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, map(_plain, row), strict=True)) for row in cursor.fetchall()]
    return {row[names[0]]: row for row in rows}


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def lost(before: dict[str, Rows], after: dict[str, Rows]) -> list[str]:
    """What is gone or has another value, one line each."""
    found = [f"table {table}" for table in before.keys() - after.keys() if before[table]]
    for table in before.keys() & after.keys():
        for key, row in before[table].items():
            there = after[table].get(key)
            if there is None:
                found.append(f"{table} {key}")
                continue
            found += [
                f"{table} {key}: {name} was {value!r}, is {there[name]!r}"
                for name, value in row.items()
                if name in there and there[name] != value and (table, name) not in REPLACED
            ]
    return found
