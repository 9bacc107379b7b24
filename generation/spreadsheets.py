"""Rows as CSV for spreadsheets: nothing in them is taken for a formula."""

import csv
from collections.abc import Iterable, Sequence
from typing import Any

FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """What `csv` writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def line(values: Iterable[Any]) -> str:
    """One line with its end."""
    written: Any = csv.writer(_Echo()).writerow([_cell(value) for value in values])
    return str(written)


def lines(rows: Iterable[Sequence[Any]]) -> str:
    """A line for each row, one after the other."""
    return "".join(line(row) for row in rows)


def _cell(value: Any) -> str:
    """A number as it is; a text that a spreadsheet would run gets an apostrophe in front."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULAS) else text
