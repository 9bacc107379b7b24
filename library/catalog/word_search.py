"""Full-text search: find assets that contain every word of a query, with trigrams on both databases."""

from collections.abc import Sequence
from typing import cast

from django.db import connection, connections

from library.catalog.filtering import Filter
from library.models.assets import AssetQuerySet
from library.models.search import needles_of

MAX_WORDS = 8
SQLITE_TABLE = "library_asset_words"


def has_words(q: str) -> bool:
    """Return whether a query has any words."""
    return bool(needles_of(q))


def matching(found: AssetQuerySet, q: str) -> AssetQuerySet:
    """Restrict to assets that contain each of the first `MAX_WORDS` words; short words only match word beginnings.

    PostgreSQL uses a trigram index on `search_text`, SQLite an FTS5 table that triggers keep in sync
    (`library.migrations.0002_search`).
    """
    needles = needles_of(q)[:MAX_WORDS]
    if needles and connections[found.db].vendor == "sqlite":
        return _in_table(found, _quoted(needles))
    return _row_by_row(found, needles)


def unordered_word_filter(q: str) -> Filter:
    """Return the filter for SQLite and lists that are not sorted by newest, the only order of its full-text table."""
    needles = needles_of(q)[:MAX_WORDS]
    quoted = _quoted(needles)
    return Filter(
        lambda found: _in_table(found, quoted),
        lambda found: _row_by_row(found, needles),
        lambda limit: _is_small(quoted, limit),
    )


def _quoted(needles: Sequence[str]) -> str:
    return " AND ".join('"' + needle.replace('"', '""') + '"' for needle in needles)


def _in_table(found: AssetQuerySet, quoted: str) -> AssetQuerySet:
    where = [f"{SQLITE_TABLE}.rowid = library_asset.id", f"{SQLITE_TABLE} MATCH %s"]
    return cast(AssetQuerySet, found.extra(tables=[SQLITE_TABLE], where=where, params=[quoted]))  # noqa: S610


def _row_by_row(found: AssetQuerySet, needles: Sequence[str]) -> AssetQuerySet:
    for needle in needles:
        found = found.filter(search_text__contains=needle)
    return found


def _is_small(quoted: str, limit: int) -> bool:
    window = f"LIMIT 1 OFFSET {limit}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {SQLITE_TABLE} WHERE {SQLITE_TABLE} MATCH %s {window}", [quoted])  # noqa: S608
        return cursor.fetchone() is None


def newest_first(found: AssetQuerySet, *, before: int | None) -> AssetQuerySet:
    """Sort by newest, starting after the key `before`.

    SQLite scans its full-text table backwards and stops when the page is full, but only if the query is ordered by the
    rowid of that table.
    """
    if SQLITE_TABLE not in found.query.extra_tables:
        return (found.filter(pk__lt=before) if before else found).order_by("-pk")
    where = [f"{SQLITE_TABLE}.rowid < %s"] if before else []
    order = [f"-{SQLITE_TABLE}.rowid"]
    sorted_rows = found.extra(where=where, params=[before] if before else [], order_by=order)  # noqa: S610
    return cast(AssetQuerySet, sorted_rows)
