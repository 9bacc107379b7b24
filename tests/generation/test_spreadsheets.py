"""Cells of CSV files: no text in them is run as a formula, whichever character a spreadsheet takes for a separator."""

import csv
import io
from decimal import Decimal

import pytest

from generation import spreadsheets

SIGNS = "=+-@＝＋－＠"
SEPARATORS = ["", ";", "\t", "|", "\n", "\r\n", "\r", "\v", "\u2028"]
BLANKS = ["", " ", "\xa0", "\u3000", "\ufeff", "\u200b", "\t", '"', "'"]


def written(*values: object) -> str:
    return spreadsheets.line(values)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("blank", BLANKS)
def test_no_separator_begins_a_formula(separator: str, blank: str, sign: str) -> None:
    said = f"harbour{separator}{blank}{sign}cmd" if separator else f"{blank}{sign}cmd"
    [cell] = next(csv.reader(io.StringIO(written(said), newline="")))
    assert f"'{sign}cmd" in cell
    assert cell.replace("'", "") == said.replace("'", "")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_read_with_any_delimiter_no_cell_is_a_formula(delimiter: str) -> None:
    line = written("010", 'a;=1+1\t=2+2|"=3+3\n@SUM(A1)', "note; -5", "－1")
    for row in csv.reader(io.StringIO(line, newline=""), delimiter=delimiter):
        assert [
            cell for cell in row if cell.strip(" \"'\n\t").startswith(tuple(SIGNS)) and "'" not in cell
        ] == []


def test_numbers_and_plain_text_stay_as_they_are() -> None:
    assert written(-5, Decimal("-0.25"), None, "a-b; c + d, e=f") == '-5,-0.25,,"a-b; c + d, e=f"\r\n'


def test_every_exporter_writes_by_this_module() -> None:
    """A new one that used `csv` itself would bypass all this."""
    from pathlib import Path

    root = Path(spreadsheets.__file__).parents[1]
    own = {
        str(path.relative_to(root))
        for folder in ("generation", "library", "config")
        for path in (root / folder).rglob("*.py")
        if "csv.writer" in path.read_text() or "csv.DictWriter" in path.read_text()
    }
    assert own == {"generation/spreadsheets.py"}
