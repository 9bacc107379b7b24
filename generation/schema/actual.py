"""Read the tables of a database from its catalogue with two queries, whatever the number of tables."""

import re
from collections import defaultdict

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from generation.schema.tables import Column, Schema

_POSTGRESQL_COLUMNS = """
    SELECT t.relname, c.attname, format_type(c.atttypid, c.atttypmod), NOT c.attnotnull,
           c.attnotnull AND NOT c.atthasdef AND c.attidentity = '' AND c.attgenerated = ''
    FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
    WHERE t.relkind IN ('r', 'p') AND pg_table_is_visible(t.oid) AND c.attnum > 0 AND NOT c.attisdropped
"""
# Indexes with their columns (none for expressions), then constraints that are not indexes.
_POSTGRESQL_NAMES = """
    SELECT t.relname, i.relname, x.indisunique AND x.indpred IS NULL,
           ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = t.oid AND attnum = ANY(x.indkey))
    FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    WHERE pg_table_is_visible(t.oid) AND t.relname NOT LIKE 'pg\\_%%'
    UNION ALL
    SELECT t.relname, k.conname, FALSE, ARRAY[]::text[]
    FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
    WHERE k.contype = 'c' AND pg_table_is_visible(t.oid)
"""
_SQLITE_COLUMNS = """
    SELECT t.name, c.name, c.type, NOT c."notnull", c."notnull" AND c.dflt_value IS NULL AND NOT c.pk
    FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'
"""
_SQLITE_NAMES = """
    SELECT t.name, i.name, i."unique" AND NOT i.partial, c.name, t.sql
    FROM sqlite_master t LEFT JOIN pragma_index_list(t.name) i LEFT JOIN pragma_index_info(i.name) c
    WHERE t.type = 'table'
"""
_SQLITE_CONSTRAINT = re.compile(r'CONSTRAINT "([^"]+)" CHECK')


def schema_in(connection: BaseDatabaseWrapper) -> Schema:
    """Read all tables of the database. Raise `django.db.Error`."""
    with connection.cursor() as cursor:
        return _sqlite(cursor) if connection.vendor == "sqlite" else _postgresql(cursor)


def _postgresql(cursor: CursorWrapper) -> Schema:
    schema = Schema(tables=_columns(cursor, _POSTGRESQL_COLUMNS))
    cursor.execute(_POSTGRESQL_NAMES.replace("%%", "%"))
    for table, name, is_unique, columns in cursor.fetchall():
        schema.names.add(name)
        if is_unique and columns:
            schema.unique.add((table, frozenset(columns)))
    return schema


def _sqlite(cursor: CursorWrapper) -> Schema:
    schema = Schema(tables=_columns(cursor, _SQLITE_COLUMNS))
    # SQLite does not enforce lengths.
    schema.tables = {
        table: {name: Column(**{**vars(column), "width": None}) for name, column in columns.items()}
        for table, columns in schema.tables.items()
    }
    cursor.execute(_SQLITE_NAMES)
    unique = defaultdict(set)
    for table, name, is_unique, column, sql in cursor.fetchall():
        schema.names |= {name, *_SQLITE_CONSTRAINT.findall(sql or "")}
        if is_unique:
            unique[table, name].add(column)
    schema.unique = {(table, frozenset(columns)) for (table, _), columns in unique.items()}
    return schema


def _columns(cursor: CursorWrapper, sql: str) -> dict[str, dict[str, Column]]:
    tables: dict[str, dict[str, Column]] = defaultdict(dict)
    cursor.execute(sql)
    for table, name, sql_type, nullable, must_be_given in cursor.fetchall():
        tables[table][name] = Column.of_type(
            sql_type, nullable=bool(nullable), must_be_given=bool(must_be_given)
        )
    return dict(tables)
