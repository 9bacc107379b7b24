"""The structure of a set of tables, limited to properties that can be compared between databases."""

import re
from dataclasses import dataclass, field

Unique = tuple[str, frozenset[str]]

_FAMILIES = {
    "varchar": "text",
    "character varying": "text",
    "character": "text",
    "char": "text",
    "bool": "boolean",
    "datetime": "timestamp with time zone",
    "double precision": "real",
    "decimal": "numeric",
    "blob": "bytea",
}
_INTEGER_BYTES = {"smallint": 2, "integer": 4, "bigint": 8}
_LENGTH = re.compile(r"\((\d+)\)")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column; `width` is its length in characters or bytes, None if it is unlimited or not enforced.

    `must_be_given` is true where an INSERT that leaves the column out fails.
    """

    family: str
    width: int | None = None
    nullable: bool = True
    must_be_given: bool = False

    @classmethod
    def of_type(cls, sql_type: str, *, nullable: bool, must_be_given: bool = False) -> "Column":
        """Create a column from its SQL type, such as `varchar(64)` or `smallint unsigned`."""
        name = re.sub(r"\(.*?\)|unsigned", "", sql_type.lower()).strip()
        length = _LENGTH.search(sql_type)
        width = int(length[1]) if length and name in {"varchar", "character varying"} else None
        if name in _INTEGER_BYTES:
            name, width = "integer", _INTEGER_BYTES[name]
        family = _FAMILIES.get(name, name)
        return cls(family=family, width=width, nullable=nullable, must_be_given=must_be_given)


@dataclass
class Schema:
    """Tables with their columns, the sets of columns that are unique, and the names of constraints and indexes."""

    tables: dict[str, dict[str, Column]] = field(default_factory=dict)
    unique: set[Unique] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
