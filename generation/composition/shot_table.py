"""A table of shots: text from a spreadsheet or a CSV file -> rows, each with the brief that it asks for.

The first row names the columns, in any order; a column that is missing, and a cell that is empty, means the default.
Nothing is looked up here: what a brief's handles mean is for the composition to say.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from generation.composition import table_parsing
from generation.composition.take_request import LONGEST_PROMPT, Brief, Roles, Settings
from generation.composition.variations import briefs_of
from library.text import visible

MAX_ROWS = 200
MAX_COLUMNS = 100
MAX_LETTERS = 500_000
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
_NAMES = {name: column for column, names in COLUMNS.items() for name in names}


@dataclass(frozen=True)
class Row:
    """One row, by its number in the table (the first after the names is 1); `problems` are (column, sentence)."""

    number: int
    brief: Brief
    takes: int = 1
    title: str = ""
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def says_what(self) -> bool:
        """Whether its prompt can be read, so that it has briefs; other cells may be wrong."""
        return not any(column in ("row", "prompt") for column, _ in self.problems)

    @property
    def briefs(self) -> list[Brief]:
        """Every take that the row asks for, with its alternatives in braces written out. Raises ValueError."""
        return briefs_of(self.brief, takes=self.takes)


@dataclass(frozen=True)
class Table:
    """The rows, and what was passed over without harm."""

    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_table(text: str, *, defaults: Settings, takes: int = 1) -> Table:
    """Reads a table of tabs, commas or semicolons; cells in quotes may hold several lines.

    Raises ValueError with a sentence for people when it cannot be read as a table at all; what is wrong with single
    cells stands with their rows.
    """
    if len(text) > MAX_LETTERS:
        raise ValueError(f"The table is longer than {MAX_LETTERS:,} letters. Send it in parts.")
    lines = [line for line in _read(text.replace("\0", "")) if any(visible(cell) for cell in line)]
    if not lines:
        raise ValueError("The table is empty. Paste rows, the names of the columns first, or choose a file.")
    columns, notes = _columns(lines[0])
    if len(lines) == 1:
        raise ValueError("The table has names of columns, but no row under them.")
    if len(lines) - 1 > MAX_ROWS:
        raise ValueError(f"The table has {len(lines) - 1} rows; {MAX_ROWS} is the most. Send it in parts.")
    rows = [
        _with_overhang(_row(number, _named(columns, line), defaults, takes), line[len(columns) :])
        for number, line in enumerate(lines[1:], start=1)
    ]
    return Table(rows, notes)


def decoded(content: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, else Windows' Western letters. Raises ValueError."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content:
        raise ValueError("This file is no text. Save the table as CSV and choose that file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


# Cells


def _read(text: str) -> list[list[str]]:
    text = text.removeprefix("\ufeff").strip("\r\n")
    delimiter = _delimiter(text)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        if delimiter == "\t":
            # Some spreadsheets copy quotes as they are typed: then each line is a row.
            return [line.split("\t") for line in text.splitlines()]
        raise ValueError(
            "The table cannot be read: a cell that begins with a quote needs one at its end, "
            f"and each quote inside has to be doubled ({error})."
        ) from error


def _delimiter(text: str) -> str:
    """What parts the names of the columns: a tab if there is one, else the more frequent of comma and semicolon."""
    first = text.partition("\n")[0]
    if "\t" in first:
        return "\t"
    return ";" if first.count(";") > first.count(",") else ","


def _columns(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """The column of each cell (empty for one that is passed over), and notes about those."""
    columns, notes = [], []
    names = list(names)
    if len(names) > MAX_COLUMNS:
        raise ValueError(f"The table has {len(names):,} columns; the maximum is {MAX_COLUMNS}. Remove some.")
    for name in names:
        folded = " ".join(name.replace("_", " ").replace("-", " ").lower().split())
        column = _NAMES.get(folded, "")
        if column and column in columns:
            raise ValueError(f"Two columns are called {column}. Leave one of them out.")
        if folded and not column:
            notes.append(f"The column “{name.strip()[:60]}” is not known and was passed over.")
        columns.append(column)
    if "prompt" not in columns:
        raise ValueError(
            f"The first row has to name the columns, and one of them has to be prompt. Known are: {', '.join(COLUMNS)}."
        )
    return columns, notes


def _named(columns: list[str], line: list[str]) -> dict[str, str]:
    """Column -> what stands there, without blanks around it; the prompt keeps its lines."""
    return {
        column: cell.strip().replace("\r\n", "\n")
        for column, cell in zip(columns, line, strict=False)
        if column and visible(cell)
    }


# Rows


def _row(number: int, typed: Mapping[str, str], defaults: Settings, takes: int) -> Row:
    problems: list[tuple[str, str]] = []

    def read(column: str, parse: Callable[[str], Any], default: Any) -> Any:
        if column not in typed:
            return default
        try:
            return parse(typed[column])
        except ValueError as refusal:
            problems.append((column, str(refusal)))
            return default

    settings = replace(
        defaults,
        model=read("model", table_parsing.model, defaults.model),
        resolution=read("resolution", table_parsing.resolution, defaults.resolution),
        duration=read("seconds", table_parsing.seconds, defaults.duration),
        aspect_ratio=read("ratio", table_parsing.ratio, defaults.aspect_ratio),
    )
    first, end = read("first_frame", table_parsing.frame, ""), read("end_frame", table_parsing.frame, "")
    roles = Roles(first=first, end=end, mids=read("keyframes", table_parsing.keyframes, ()))
    shot, title = read("shot", table_parsing.code, ""), read("title", table_parsing.title, "")
    takes = read("takes", table_parsing.takes, takes)
    if title and "shot" not in typed:
        problems.append(("title", "A title belongs to a shot: give the shot's code too."))
    if "prompt" not in typed:
        problems.append(("prompt", "Write what is to be seen."))
    elif len(typed["prompt"]) > LONGEST_PROMPT:
        problems.append(("prompt", f"The prompt has more than {LONGEST_PROMPT:,} characters. Shorten it."))
    brief = Brief(typed.get("prompt", "")[:LONGEST_PROMPT], settings, roles, shot)
    row = Row(number, brief, takes, title)
    return replace(row, problems=(*problems, *_expansion_problems(row)))


def _with_overhang(row: Row, cells_beyond: list[str]) -> Row:
    """A comma that was not put in quotes moves everything behind it: such a row cannot be trusted."""
    if not any(cell.strip() for cell in cells_beyond):
        return row
    said = (
        "The row has more cells than there are columns. Put a cell that holds a comma or semicolon in quotes."
    )
    return replace(row, problems=(("row", said), *row.problems))


def _expansion_problems(row: Row) -> list[tuple[str, str]]:
    try:
        row.briefs  # noqa: B018 asked for what it says
    except ValueError as refusal:
        return [("prompt", str(refusal))]
    return []
