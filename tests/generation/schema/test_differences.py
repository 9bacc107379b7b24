"""What counts as a difference between two sets of tables, and what a newer version may have changed."""

import pytest

from generation.schema.differences import compare
from generation.schema.tables import Column, Schema


def one(column: Column | None = None, **other: Column) -> Schema:
    return Schema(tables={"lamp": ({"colour": column} if column else {}) | other})


TEXT = Column.of_type("varchar(16)", nullable=False, must_be_given=True)


@pytest.mark.parametrize(
    "there",
    [
        "varchar(16)",
        "character varying(64)",
        "text",
    ],
)
def test_a_column_may_take_more(there: str) -> None:
    column = Column.of_type(there, nullable=True)
    assert not compare(one(TEXT), one(column), with_names=True)


@pytest.mark.parametrize("there", ["varchar(15)", "integer", "jsonb"])
def test_a_column_that_takes_less_is_named(there: str) -> None:
    column = Column.of_type(there, nullable=True)
    assert compare(one(TEXT), one(column), with_names=True).missing == (
        "column lamp.colour in its present form",
    )


def test_an_empty_value_must_be_taken_where_it_is_written() -> None:
    wanted = Column.of_type("bigint", nullable=True)
    there = Column.of_type("bigint", nullable=False)
    assert compare(one(wanted), one(there), with_names=True).missing
    assert not compare(one(there), one(wanted), with_names=True)


def test_a_small_integer_takes_no_large_one() -> None:
    wanted = Column.of_type("bigint", nullable=False)
    assert compare(one(wanted), one(Column.of_type("integer", nullable=False)), with_names=True).missing


def test_a_column_of_a_newer_version_is_a_fault_only_if_it_must_be_given() -> None:
    nullable = Column.of_type("text", nullable=True)
    with_default = Column.of_type("text", nullable=False, must_be_given=False)
    assert not compare(one(TEXT), one(TEXT, size=nullable, age=with_default), with_names=True)
    demanded = compare(one(TEXT), one(TEXT, size=TEXT), with_names=True)
    assert (demanded.missing, demanded.unknown) == ((), ("column lamp.size",))


def test_constraints_count_unless_a_newer_version_replaced_them() -> None:
    wanted, there = one(TEXT), one(TEXT)
    wanted.unique.add(("lamp", frozenset(["colour"])))
    wanted.names.add("lamps_by_age")
    assert compare(wanted, there, with_names=True).missing == (
        "uniqueness of lamp.colour",
        "constraint or index lamps_by_age",
    )
    assert not compare(wanted, there, with_names=False)
