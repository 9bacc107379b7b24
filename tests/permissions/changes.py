"""What a request has changed in the database, as a short text: `+Job`, `-Collection`, `~Asset.title`."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection

Rows = Mapping[Any, Mapping[str, Any]]
Snapshot = dict[str, Rows]

TABLES = {
    model._meta.db_table: model.__name__
    for model in (
        *(
            model
            for app in ("library", "generation", "taggit")
            for model in apps.get_app_config(app).get_models(include_auto_created=True)
        ),
        User,
    )
    # Counts requests and belongs to nobody.
    if model.__name__ != "AttemptCounter"
}
# They follow every write and say nothing of their own.
FOLLOWING = {
    "Asset.updated_at",
    "Asset.search_text",
    "LedgerEntry.updated_at",
    "ApiToken.last_used_at",
    "MediaFile.brought_at",
    "MediaFile.brought_by_id",
}


def snapshot() -> Snapshot:
    """Every row of every table that people can change, by the name of its model and its key.

    In plain SQL: it is taken hundreds of times, and building the queries would take longer than all the rest.
    """
    with connection.cursor() as cursor:
        return {model: _rows(cursor, table) for table, model in TABLES.items()}


def told(before: Snapshot, after: Snapshot) -> str:
    """The differences in alphabetical order; empty when nothing has changed."""
    found = {text for model in after for text in _differences(model, before[model], after[model])}
    return " ".join(sorted(found, key=lambda text: (text[1:], text)))


def _rows(cursor: Any, table: str) -> Rows:
    cursor.execute(f'SELECT * FROM "{table}"')
    names = [column[0] for column in cursor.description]
    key = names.index("id")
    return {row[key]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


def _differences(model: str, before: Rows, after: Rows) -> Iterator[str]:
    if after.keys() - before:
        yield f"+{model}"
    if before.keys() - after:
        yield f"-{model}"
    for key in after.keys() & before.keys():
        if after[key] != before[key]:
            fields = {f"{model}.{name}" for name, value in after[key].items() if before[key][name] != value}
            yield from (f"~{field}" for field in fields - FOLLOWING)
