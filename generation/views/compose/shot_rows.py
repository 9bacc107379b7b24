"""Check a shot list: each row with its price and problems, and one total."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import islice

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from generation import lifecycle
from generation.composition import MAX_BATCH, Composition, Mention, Problem, TakeRequest, message_of
from generation.composition.problems import Level
from generation.composition.shot_table import WHOLE_ROW, Row, Table
from generation.composition.table_parsing import SETTING_COLUMNS
from generation.spending_limits import Allowance, allowances, binding
from generation.views.shared.access import Request
from library import handles
from library.models import Project

# The column that shows a problem of the request, by the first prefix of the problem's path that matches.
COLUMN_OF_PATH = {
    "first_frame_image": "first_frame",
    "end_frame_image": "end_frame",
    "mid_frame_images": "keyframes",
    **{name: column for name, (column, _parse) in SETTING_COLUMNS.items()},
}
MAX_LISTED_ROWS = 8


@dataclass(frozen=True)
class RowProblem:
    """A problem of a row and the column that it concerns; empty for the whole row."""

    column: str
    message: str
    level: Level = "error"


@dataclass(frozen=True)
class PromptSegment:
    """A segment of a prompt: text, or a handle with its state."""

    text: str
    mention: Mention | None = None


@dataclass(frozen=True)
class CheckedRow:
    """A row of the table with its compositions. Invalid cells are replaced by defaults so that the rest is checked."""

    row: Row
    is_skipped: bool
    takes: int = 0
    compositions: Sequence[Composition] = ()

    @property
    def count(self) -> int:
        """The number of takes that would be queued; 0 for a row that is skipped or has errors."""
        return 0 if self.is_skipped or self.has_errors else self.takes

    @property
    def problems(self) -> list[RowProblem]:
        """The problems of cells and compositions, each once."""
        cells = [
            RowProblem("" if found.column == WHOLE_ROW else found.column, found.message)
            for found in self.row.problems
        ]
        composed = dict.fromkeys(found for one in self.compositions for found in one.problems)
        requests = [RowProblem(column_of(found), message_of(found), found.level) for found in composed]
        return list(dict.fromkeys([*cells, *requests]))

    @property
    def has_errors(self) -> bool:
        """Return whether nothing can be queued until this row is fixed or skipped."""
        return not self.is_skipped and any(found.level == "error" for found in self.problems)

    @property
    def first(self) -> Composition | None:
        """The first take, which represents all takes of the row."""
        return self.compositions[0] if self.compositions else None

    @property
    def total(self) -> Decimal:
        """US dollars for the takes that would be queued."""
        if not self.count:
            return Decimal(0)
        checked = sum((one.estimate_usd for one in self.compositions), Decimal(0))
        return checked * self.count / len(self.compositions)

    @property
    def prompt_segments(self) -> list[PromptSegment]:
        """The prompt as typed, split at its handles."""
        prompt, at, segments = self.row.take_request.prompt, 0, []
        mentions = self._mentions()
        for found in handles.find_handles(prompt):
            if mention := mentions.get(handles.fold(found.name)):
                written = prompt[found.start : found.end]
                segments += [PromptSegment(prompt[at : found.start]), PromptSegment(written, mention)]
                at = found.end
        return [segment for segment in [*segments, PromptSegment(prompt[at:])] if segment.text]

    @property
    def frames(self) -> list[str]:
        """The frames as text: `@neon at 3 s`."""
        roles = self.row.take_request.roles
        first = [_("first frame @%(handle)s") % {"handle": roles.first}] if roles.first else []
        end = [_("end frame @%(handle)s") % {"handle": roles.end}] if roles.end else []
        mids = [
            (_("@%(handle)s at %(second)s s") if mid.at > 0 else _("@%(handle)s at any time"))
            % {"handle": mid.handle, "second": mid.at}
            for mid in roles.mids
        ]
        return [*first, *mids, *end]

    def _mentions(self) -> dict[str, Mention]:
        """Return the mentions by their folded name as typed, which may be an earlier name of the asset."""
        return {
            handles.fold(composed.request.prompt[one.start : one.end]): one
            for composed in self.compositions
            for one in composed.mentions
        }


@dataclass(frozen=True)
class CheckedTable:
    """A whole shot list."""

    project: Project
    rows: Sequence[CheckedRow]
    notes: Sequence[str]
    user: User
    limits: Sequence[Allowance]

    @property
    def take_requests(self) -> list[TakeRequest]:
        """Each take, in the order of the rows."""
        return [one for checked in self.rows if not checked.is_skipped for one in checked.row.take_requests]

    @property
    def count(self) -> int:
        """The number of takes."""
        return sum(one.count for one in self.rows)

    @property
    def total(self) -> Decimal:
        """US dollars for all takes."""
        return sum((one.total for one in self.rows), Decimal(0))

    @property
    def agreed(self) -> str:
        """Number and total, which the form sends back, so that users pay only what they have seen."""
        return f"{self.count}:{self.total:.4f}"

    @property
    def rows_with_errors(self) -> list[int]:
        """The numbers of the rows that must be fixed or skipped."""
        return [one.row.number for one in self.rows if one.has_errors]

    @cached_property
    def refusal(self) -> str:
        """Why nothing can be queued; empty when the batch can be queued."""
        if numbers := self.rows_with_errors:
            message = ngettext(
                "Row %(rows)s has problems. Fix it in the table, or skip it.",
                "Rows %(rows)s have problems. Fix them in the table, or skip them.",
                len(numbers),
            )
            return message % {"rows": _listed(numbers)}
        if not self.count:
            return _("All rows are skipped.")
        if self.count > MAX_BATCH:
            message = _("This makes %(count)s takes; the maximum is %(limit)s at once. Skip some rows.")
            return message % {"count": self.count, "limit": MAX_BATCH}
        if over := lifecycle.find_refusal(self.user, self.limits, usd=self.total, takes=self.count):
            return _("%(problem)s Skip some rows.") % {"problem": over}
        return ""

    @property
    def binding(self) -> Allowance | None:
        """The limit with the smallest amount left; None without any limit."""
        return binding(self.limits)


def check(request: Request, project: Project, table: Table, skipped: set[int]) -> CheckedTable:
    """Check a table without writing anything; the handles of all rows are looked up together.

    If the table has more takes than a batch may have, only the first take of each row is checked.
    """
    usable = [row for row in table.rows if row.number not in skipped and row.has_prompt]
    by_row = {row.number: row.take_requests for row in usable}
    most = None if sum(map(len, by_row.values())) <= MAX_BATCH else 1
    checked = {number: of_row[:most] for number, of_row in by_row.items()}
    every = [one for of_row in checked.values() for one in of_row]
    composed = iter(lifecycle.check_batch(by=request.user, project=project, take_requests=every))
    compositions = {number: list(islice(composed, len(of_row))) for number, of_row in checked.items()}
    rows = [
        CheckedRow(
            row,
            row.number in skipped,
            len(by_row.get(row.number, ())),
            compositions.get(row.number, ()),
        )
        for row in table.rows
    ]
    return CheckedTable(project, rows, table.notes, request.user, allowances(request.user, project))


def column_of(problem: Problem) -> str:
    """Return the column in which a problem can be fixed; references belong to the prompt."""
    prefixes = (prefix for prefix in COLUMN_OF_PATH if problem.field.startswith(prefix))
    prefix = next(prefixes, None)
    return COLUMN_OF_PATH[prefix] if prefix else "prompt"


def _listed(numbers: list[int]) -> str:
    """Return `2, 5, 9`, or the first eight numbers and how many more there are."""
    listed = ", ".join(map(str, numbers[:MAX_LISTED_ROWS]))
    more = len(numbers) - MAX_LISTED_ROWS
    if more <= 0:
        return listed
    message = ngettext("%(rows)s and %(count)s more", "%(rows)s and %(count)s more", more)
    return message % {"rows": listed, "count": more}
