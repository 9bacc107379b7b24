"""Which assets have every word of a query: trigrams on both databases, behind one condition."""

from collections.abc import Sequence
from typing import cast

from django.db import connection, connections

from library.catalog.filtering import Part
from library.models.assets import AssetQuerySet
from library.models.search import needles_of

MAX_WORDS = 8
SQLITE_TABLE = "library_asset_words"


def has_words(q: str) -> bool:
    """Whether a query narrows anything."""
    return bool(needles_of(q))


def matching(found: AssetQuerySet, q: str) -> AssetQuerySet:
    """Those in which each of the first `MAX_WORDS` words occurs; short words at the beginning of a word only.

    PostgreSQL answers from its trigram index on `search_text`, SQLite from an FTS5 table that triggers keep in step
    (`library.migrations.0002_search`).
    """
    needles = needles_of(q)[:MAX_WORDS]
    if needles and connections[found.db].vendor == "sqlite":
        return _in_table(found, _quoted(needles))
    return _row_by_row(found, needles)


def in_other_orders(q: str) -> Part:
    """The same on SQLite for a list that does not stand newest first: the only order that its table of words knows."""
    needles = needles_of(q)[:MAX_WORDS]
    quoted = _quoted(needles)
    return Part(
        lambda found: _in_table(found, quoted),
        lambda found: _row_by_row(found, needles),
        lambda most: _are_few(quoted, most),
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


def _are_few(quoted: str, most: int) -> bool:
    limit = f"LIMIT 1 OFFSET {most}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {SQLITE_TABLE} WHERE {SQLITE_TABLE} MATCH %s {limit}", [quoted])  # noqa: S608
        return cursor.fetchone() is None


def newest_first(found: AssetQuerySet, *, before: int | None) -> AssetQuerySet:
    """The newest first, those older than `before`. SQLite walks its words backwards and stops where the page is full,
    but only when the order is asked of that table itself."""
    if SQLITE_TABLE not in found.query.extra_tables:
        return (found.filter(pk__lt=before) if before else found).order_by("-pk")
    where = [f"{SQLITE_TABLE}.rowid < %s"] if before else []
    order = [f"-{SQLITE_TABLE}.rowid"]
    narrowed = found.extra(where=where, params=[before] if before else [], order_by=order)  # noqa: S610
    return cast(AssetQuerySet, narrowed)
