"""Rows as CSV for spreadsheets: nothing in them is taken for a formula."""

import csv
import re
from collections.abc import Iterable, Sequence
from typing import Any

# Which character separates the cells of a file is a setting of the spreadsheet's region, so each of these may begin
# a cell, and so does the text itself. Blanks, invisible characters and quotes in front of a formula are passed over.
# The run of them is taken whole (possessive) and always matches, so the cost is linear in the length of the text.
_CELL_START = re.compile(
    r"""((?:\A|[;|\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029])[;|\s"'\0\u200b-\u200f\u2060\ufeff]*+)([=+\-@＝＋－＠]?)"""
)


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
    """A number as it is; in a text, an apostrophe in front of whatever a spreadsheet would run."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    # A blank of these at the beginning is dropped by some, with whatever comes behind it.
    start = "'" if value.startswith(("\t", "\r", "\n")) else ""
    return start + _CELL_START.sub(_defused, value)


def _defused(found: re.Match[str]) -> str:
    before, sign = found.groups()
    return f"{before}'{sign}" if sign else before
