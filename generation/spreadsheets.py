"""Format rows as CSV for spreadsheets, in which no cell is evaluated as a formula."""

import csv
import re
from collections.abc import Iterable, Sequence
from typing import Any

# The cell separator depends on the spreadsheet's regional settings, so a cell may begin after each of these characters
# and at the start of the text. Spaces, invisible characters and quotes before a formula are skipped. The match of them
# is possessive and always succeeds, so the cost is linear in the length of the text.
_CELL_START = re.compile(
    r"""((?:\A|[;|\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029])[;|\s"'\0\u200b-\u200f\u2060\ufeff]*+)([=+\-@＝＋－＠]?)"""
)


class _Echo:
    """A file for `csv` that returns each line instead of storing it."""

    def write(self, line: str) -> str:
        return line


def line(values: Iterable[Any]) -> str:
    """Return one row as a line of CSV, including the line ending."""
    written: Any = csv.writer(_Echo()).writerow([_cell(value) for value in values])
    return str(written)


def lines(rows: Iterable[Sequence[Any]]) -> str:
    """Return one line for each row, joined."""
    return "".join(line(row) for row in rows)


def _cell(value: Any) -> str:
    """Return numbers unchanged; in text, add an apostrophe before anything that a spreadsheet would evaluate."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    # Some spreadsheets drop a leading character of these.
    start = "'" if value.startswith(("\t", "\r", "\n")) else ""
    return start + _CELL_START.sub(_defused, value)


def _defused(found: re.Match[str]) -> str:
    before, sign = found.groups()
    return f"{before}'{sign}" if sign else before
