"""What a table of shots comes to: each row with its price and problems, and one total."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import islice

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from generation import lifecycle
from generation.composition import MAX_BATCH, Brief, Composition, Mention, Problem
from generation.composition.shot_table import Row, Table
from generation.spending_limits import Allowance, allowances, binding
from generation.views.shared.access import Request
from library import handles
from library.models import Project

# Where a problem of the request stands in the table: the first start that fits.
COLUMNS = {
    "first_frame_image": "first_frame",
    "end_frame_image": "end_frame",
    "mid_frame_images": "keyframes",
    "duration": "seconds",
    "aspect_ratio": "ratio",
    "resolution": "resolution",
    "model": "model",
}


@dataclass(frozen=True)
class Piece:
    """A piece of a prompt: text, or a handle with what became of it."""

    text: str
    mention: Mention | None = None


@dataclass(frozen=True)
class CheckedRow:
    """A row of the table with what it comes to. Where a cell cannot be read, the default stands in for it, so that the
    rest is checked all the same."""

    row: Row
    is_left_out: bool
    takes: int = 0
    compositions: Sequence[Composition] = ()

    @property
    def count(self) -> int:
        """How many takes would be queued: none of a row that is left out or has to be mended."""
        return 0 if self.is_left_out or self.stands_in_the_way else self.takes

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """(column, sentence, level), each sentence once."""
        found = [(column, said, "error") for column, said in self.row.problems]
        found += [
            (column_of(problem), problem.message, problem.level)
            for composition in self.compositions
            for problem in composition.problems
        ]
        return list(dict.fromkeys(found))

    @property
    def stands_in_the_way(self) -> bool:
        """Whether nothing can be queued until it is mended or left out."""
        return not self.is_left_out and any(level == "error" for _, _, level in self.problems)

    @property
    def first(self) -> Composition | None:
        """The first take, for what all takes of the row have in common."""
        return self.compositions[0] if self.compositions else None

    @property
    def total(self) -> Decimal:
        """US dollars for the takes that would be queued."""
        if not self.count:
            return Decimal(0)
        checked = sum((one.estimate_usd for one in self.compositions), Decimal(0))
        return checked * self.count / len(self.compositions)

    @property
    def pieces(self) -> list[Piece]:
        """The prompt as typed, cut at its handles."""
        prompt, at, pieces = self.row.brief.prompt, 0, []
        became = self._mentions()
        for found in handles.find_handles(prompt):
            if mention := became.get(handles.fold(found.name)):
                pieces += [Piece(prompt[at : found.start]), Piece(prompt[found.start : found.end], mention)]
                at = found.end
        return [piece for piece in [*pieces, Piece(prompt[at:])] if piece.text]

    @property
    def frames(self) -> list[str]:
        """The frames in words: `@neon at 3 s`."""
        roles = self.row.brief.roles
        first = [f"first frame @{roles.first}"] if roles.first else []
        mids = [f"@{mid.handle} at {f'{mid.at} s' if mid.at > 0 else 'any time'}" for mid in roles.mids]
        return [*first, *mids, *([f"end frame @{roles.end}"] if roles.end else [])]

    def _mentions(self) -> dict[str, Mention]:
        """What became of the handles, by the names as they are typed: those may be earlier names of the assets."""
        return {
            handles.fold(made.order.prompt[one.start : one.end]): one
            for made in self.compositions
            for one in made.mentions
        }


@dataclass(frozen=True)
class Checked:
    """A whole table."""

    project: Project
    rows: Sequence[CheckedRow]
    notes: Sequence[str]
    user: User
    limits: Sequence[Allowance]

    @property
    def briefs(self) -> list[Brief]:
        """Every take, in the order of the rows."""
        return [brief for one in self.rows if not one.is_left_out for brief in one.row.briefs]

    @property
    def count(self) -> int:
        """How many takes there would be."""
        return sum(one.count for one in self.rows)

    @property
    def total(self) -> Decimal:
        """US dollars for all of them."""
        return sum((one.total for one in self.rows), Decimal(0))

    @property
    def agreed(self) -> str:
        """Number and total as the form sends them back, so that nobody pays what was not shown."""
        return f"{self.count}:{self.total:.4f}"

    @property
    def in_the_way(self) -> list[int]:
        """The numbers of the rows that have to be mended or left out first."""
        return [one.row.number for one in self.rows if one.stands_in_the_way]

    @cached_property
    def refusal(self) -> str:
        """Why nothing can be queued as it is; empty when nothing stands in the way."""
        if numbers := self.in_the_way:
            which = f"Row {numbers[0]} has" if len(numbers) == 1 else f"Rows {_listed(numbers)} have"
            return f"{which} problems: mend them in the table, or leave them out."
        if not self.count:
            return "Every row is left out."
        if self.count > MAX_BATCH:
            return f"That makes {self.count} takes; {MAX_BATCH} is the most at once. Leave some rows out."
        if over := lifecycle.find_refusal(self.user, self.limits, usd=self.total, takes=self.count):
            return _("{problem} Leave some rows out.").format(problem=over)
        return ""

    @property
    def binding(self) -> Allowance | None:
        """Return the limit with the smallest amount left; None without any limit."""
        return binding(self.limits)


def check(request: Request, project: Project, table: Table, left_out: set[int]) -> Checked:
    """What the table comes to; the handles of all its rows are looked up at once, nothing is made.

    Of a table with more takes than a batch can have, the first take of each row stands for all of that row.
    """
    told = [row for row in table.rows if row.number not in left_out and row.says_what]
    briefs = {row.number: row.briefs for row in told}
    most = None if sum(map(len, briefs.values())) <= MAX_BATCH else 1
    looked_at = {number: of_row[:most] for number, of_row in briefs.items()}
    every = [brief for of_row in looked_at.values() for brief in of_row]
    compositions = iter(lifecycle.check_batch(by=request.user, project=project, briefs=every))
    made = {number: list(islice(compositions, len(of_row))) for number, of_row in looked_at.items()}
    rows = [
        CheckedRow(row, row.number in left_out, len(briefs.get(row.number, ())), made.get(row.number, ()))
        for row in table.rows
    ]
    return Checked(project, rows, table.notes, request.user, allowances(request.user, project))


def column_of(problem: Problem) -> str:
    """The column in which a problem is mended; what belongs to a reference stands in the prompt."""
    return next((column for start, column in COLUMNS.items() if problem.param.startswith(start)), "prompt")


def _listed(numbers: list[int]) -> str:
    """`2, 5 and 9`, cut after the first eight."""
    if len(numbers) > 8:
        return f"{', '.join(map(str, numbers[:8]))} and {len(numbers) - 8} more"
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
