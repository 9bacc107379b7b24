"""Find the expected tables and columns that a database lacks, and the additional columns that it requires.

Additional tables, nullable columns, columns with a default and longer text columns are harmless: during a rolling
upgrade the database is ahead of the hosts that have not been upgraded yet.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from generation.schema.tables import Column, Schema


@dataclass(frozen=True)
class Differences:
    """`missing` lists what is expected but absent, `unknown` the required columns that this version does not know."""

    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.unknown)


def compare(expected: Schema, actual: Schema, *, with_names: bool) -> Differences:
    """Compare tables and columns; `with_names` also constraints and indexes, which a newer version may replace."""
    missing = list(_missing_columns(expected, actual))
    if with_names and not missing:
        missing += _missing_constraints(expected, actual)
    return Differences(tuple(missing), tuple(_unknown_columns(expected, actual)))


def _missing_columns(expected: Schema, actual: Schema) -> Iterator[str]:
    for table, columns in sorted(expected.tables.items()):
        there = actual.tables.get(table)
        if there is None:
            yield f"table {table}"
            continue
        for name, column in columns.items():
            if name not in there:
                yield f"column {table}.{name}"
            elif not _fits(column, there[name]):
                yield f"column {table}.{name} in its present form"


def _fits(wanted: Column, there: Column) -> bool:
    """Return whether every value of the one column can be written to and read from the other."""
    is_wide_enough = there.width is None or (wanted.width is not None and wanted.width <= there.width)
    return wanted.family == there.family and is_wide_enough and (there.nullable or not wanted.nullable)


def _missing_constraints(expected: Schema, actual: Schema) -> Iterator[str]:
    for table, columns in sorted(expected.unique - actual.unique, key=lambda one: (one[0], sorted(one[1]))):
        yield f"uniqueness of {table}.{', '.join(sorted(columns))}"
    for name in sorted(expected.names - actual.names):
        yield f"constraint or index {name}"


def _unknown_columns(expected: Schema, actual: Schema) -> Iterator[str]:
    for table in sorted(expected.tables.keys() & actual.tables.keys()):
        known = expected.tables[table]
        for name, column in actual.tables[table].items():
            if name not in known and column.must_be_given:
                yield f"column {table}.{name}"
