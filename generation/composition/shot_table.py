"""Read a shot list: text from a spreadsheet or a CSV file becomes rows, each with its take request.

The first row names the columns, in any order. A missing column or an empty cell stands for the default. Handles are not
looked up here; the composition does that.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from generation.composition import table_parsing
from generation.composition.take_request import MAX_PROMPT_LENGTH, Roles, Settings, TakeRequest
from generation.composition.variations import variations_of
from library.text import visible

MAX_ROWS = 200
MAX_COLUMNS = 100
MAX_CHARACTERS = 500_000
MAX_COLUMN_NAME = 60  # characters in a message
COLUMNS = {
    "shot": ("shot", "code", "shot code"),
    "title": ("title", "shot title", "name"),
    "prompt": ("prompt", "text"),
    "model": ("model",),
    "resolution": ("resolution", "size"),
    "seconds": ("seconds", "duration", "length"),
    "ratio": ("ratio", "aspect ratio"),
    "takes": ("takes", "number of takes"),
    "first_frame": ("first frame", "first"),
    "end_frame": ("end frame", "last frame", "end"),
    "keyframes": ("keyframes", "keyframe", "mid frames"),
}
WHOLE_ROW = "row"  # in place of a column, for problems of the whole row
_COLUMN_OF = {name: column for column, names in COLUMNS.items() for name in names}


@dataclass(frozen=True)
class CellProblem:
    """A cell that cannot be used; `column` is a key of `COLUMNS` or `WHOLE_ROW`."""

    column: str
    message: str


@dataclass(frozen=True)
class Row:
    """One row of the table; the first one below the column names has number 1."""

    number: int
    take_request: TakeRequest
    takes: int = 1
    title: str = ""
    problems: tuple[CellProblem, ...] = ()

    @property
    def has_prompt(self) -> bool:
        """Return whether its prompt can be read, so that it has variations; other cells may be invalid."""
        return not any(found.column in (WHOLE_ROW, "prompt") for found in self.problems)

    @property
    def take_requests(self) -> list[TakeRequest]:
        """Each take that the row requests, with the alternatives in braces expanded. Raise CannotExpand."""
        return variations_of(self.take_request, takes=self.takes)


@dataclass(frozen=True)
class Table:
    """The rows, and notes about what was ignored."""

    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_table(text: str, *, defaults: Settings, takes: int = 1) -> Table:
    """Read a table with tabs, commas or semicolons; quoted cells may have several lines.

    Raise ValueError with a message when the text is not a table; problems of single cells are in their rows.
    """
    if len(text) > MAX_CHARACTERS:
        message = _("The table has more than %(limit)s characters. Split it.")
        raise ValueError(message % {"limit": f"{MAX_CHARACTERS:,}"})
    lines = [line for line in _read_lines(text.replace("\0", "")) if any(visible(cell) for cell in line)]
    if not lines:
        raise ValueError(_("The table is empty. Paste rows with the column names first, or choose a file."))
    columns, notes = _columns(lines[0])
    _check_row_count(len(lines) - 1)
    rows = [
        _with_extra_cells(_row(number, _cells(columns, line), defaults, takes), line[len(columns) :])
        for number, line in enumerate(lines[1:], start=1)
    ]
    return Table(rows, notes)


def decode_file(content: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 with a byte order mark, else Windows-1252. Raise ValueError."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content:
        raise ValueError(_("This is not a text file. Save the table as CSV and choose that file."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


# Cells


def _read_lines(text: str) -> list[list[str]]:
    text = text.removeprefix("\ufeff").strip("\r\n")
    delimiter = _delimiter(text)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        if delimiter == "\t":
            # Some spreadsheets copy quotes as typed: then each line is a row.
            return [line.split("\t") for line in text.splitlines()]
        message = _(
            "The table cannot be read (%(error)s). A cell that starts with a quotation mark must end with one, "
            "and each quotation mark inside it must be doubled."
        )
        raise ValueError(message % {"error": error}) from error


def _delimiter(text: str) -> str:
    """Return what separates the column names: a tab if there is one, else the more frequent of comma and semicolon."""
    first = text.partition("\n")[0]
    if "\t" in first:
        return "\t"
    return ";" if first.count(";") > first.count(",") else ","


def _columns(header: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the column of each cell (empty for one that is ignored), and notes about the ignored ones."""
    columns, notes = [], []
    names = list(header)
    if len(names) > MAX_COLUMNS:
        message = _("The table has %(count)s columns; the maximum is %(limit)s. Remove some.")
        raise ValueError(message % {"count": f"{len(names):,}", "limit": MAX_COLUMNS})
    for name in names:
        folded = " ".join(name.replace("_", " ").replace("-", " ").lower().split())
        column = _COLUMN_OF.get(folded, "")
        if column and column in columns:
            raise ValueError(_("There are two “%(column)s” columns. Remove one.") % {"column": column})
        if folded and not column:
            note = _("The column “%(column)s” is unknown and was ignored.")
            notes.append(note % {"column": name.strip()[:MAX_COLUMN_NAME]})
        columns.append(column)
    if "prompt" not in columns:
        message = _("The first row must name the columns, including prompt. Available columns: %(columns)s.")
        raise ValueError(message % {"columns": ", ".join(COLUMNS)})
    return columns, notes


def _check_row_count(count: int) -> None:
    if not count:
        raise ValueError(_("The table has column names but no rows."))
    if count > MAX_ROWS:
        message = ngettext(
            "The table has %(count)s row; the maximum is %(limit)s. Split it.",
            "The table has %(count)s rows; the maximum is %(limit)s. Split it.",
            count,
        )
        raise ValueError(message % {"count": count, "limit": MAX_ROWS})


def _cells(columns: list[str], line: list[str]) -> dict[str, str]:
    """Return the cells by column, without surrounding blanks; the prompt keeps its lines."""
    return {
        column: cell.strip().replace("\r\n", "\n")
        for column, cell in zip(columns, line, strict=False)
        if column and visible(cell)
    }


# Rows


class _RowReader:
    """Parse the cells of one row and collect their problems."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self.cells = cells
        self.problems: list[CellProblem] = []

    def read(self, column: str, parse: Callable[[str], Any], default: Any) -> Any:
        """Return the parsed cell, or the default when it is empty or invalid."""
        if column not in self.cells:
            return default
        try:
            return parse(self.cells[column])
        except ValueError as error:
            self.add_problem(column, str(error))
            return default

    def add_problem(self, column: str, message: str) -> None:
        """Add a problem of a cell."""
        self.problems.append(CellProblem(column, message))


def _row(number: int, cells: Mapping[str, str], defaults: Settings, takes: int) -> Row:
    reader = _RowReader(cells)
    settings = {
        name: reader.read(column, parse, getattr(defaults, name))
        for name, (column, parse) in table_parsing.SETTING_COLUMNS.items()
    }
    roles = Roles(
        first=reader.read("first_frame", table_parsing.frame, ""),
        end=reader.read("end_frame", table_parsing.frame, ""),
        mids=reader.read("keyframes", table_parsing.keyframes, ()),
    )
    shot = reader.read("shot", table_parsing.code, "")
    title = reader.read("title", table_parsing.title, "")
    takes = reader.read("takes", table_parsing.takes, takes)
    if title and "shot" not in cells:
        reader.add_problem("title", _("A title needs a shot: add the shot code too."))
    prompt = _prompt(reader)
    row = Row(number, TakeRequest(prompt, replace(defaults, **settings), roles, shot), takes, title)
    return replace(row, problems=(*reader.problems, *_expansion_problems(row)))


def _prompt(reader: _RowReader) -> str:
    prompt = reader.cells.get("prompt", "")
    if not prompt:
        reader.add_problem("prompt", _("Describe the shot."))
    elif len(prompt) > MAX_PROMPT_LENGTH:
        message = _("The prompt has more than %(limit)s characters. Shorten it.")
        reader.add_problem("prompt", message % {"limit": f"{MAX_PROMPT_LENGTH:,}"})
    return prompt[:MAX_PROMPT_LENGTH]


def _with_extra_cells(row: Row, extra_cells: list[str]) -> Row:
    """Report cells beyond the last column: an unquoted comma shifts the cells after it, so such a row is unreliable."""
    if not any(cell.strip() for cell in extra_cells):
        return row
    message = _(
        "The row has more cells than columns. Put cells that contain a comma or semicolon in quotation marks."
    )
    return replace(row, problems=(CellProblem(WHOLE_ROW, message), *row.problems))


def _expansion_problems(row: Row) -> list[CellProblem]:
    try:
        variations_of(row.take_request, takes=row.takes)
    except ValueError as error:
        return [CellProblem("prompt", str(error))]
    return []
