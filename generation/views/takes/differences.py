"""What tells two takes apart: prompt, references, settings, file and cost, line by line."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import groupby

from generation.composition.take_settings import setting_rows
from generation.models import JobReference, Take
from generation.templatetags.composition import role_label
from generation.templatetags.money import usd

WORDS = re.compile(r"\s+|[@\w'’-]+|[^\w\s]")
# Beyond that many words the search for what is alike takes longer than anybody waits.
MOST_WORDS = 4000


@dataclass(frozen=True)
class Piece:
    """Words of a prompt, and whether this side alone has them."""

    text: str
    is_own: bool


@dataclass(frozen=True)
class Cell:
    """What one side has: a text, pieces of a prompt, or a reference."""

    text: str = ""
    pieces: Sequence[Piece] = ()
    reference: JobReference | None = None


@dataclass(frozen=True)
class Row:
    """One line of the comparison."""

    name: str
    cells: tuple[Cell, Cell]
    differs: bool


def differences(left: Take, right: Take) -> list[Row]:
    """All lines, those that are alike too; three queries."""
    return [_prompt(left, right), *_references(left, right), *_facts(left, right), _cost(left, right)]


def told_apart(left: str, right: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces; what only one of them says is its own. Blanks tell nothing apart."""
    before, after = WORDS.findall(left), WORDS.findall(right)
    if max(len(before), len(after)) > MOST_WORDS:
        return [Piece(left, left != right)], [Piece(right, left != right)]
    ours, theirs = ([" " if word.isspace() else word for word in words] for words in (before, after))
    same = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    shared_before = {at for block in same for at in range(block.a, block.a + block.size)}
    shared_after = {at for block in same for at in range(block.b, block.b + block.size)}
    return _pieces(before, shared_before), _pieces(after, shared_after)


def _pieces(words: Sequence[str], shared: set[int]) -> list[Piece]:
    """Neighbours of one kind as one piece; a blank between two own words belongs to them."""
    own = [at not in shared for at in range(len(words))]
    for at in range(1, len(words) - 1):
        if words[at].isspace():
            own[at] = own[at - 1] and own[at + 1]
    marked = zip(own, words, strict=True)
    return [
        Piece("".join(word for _, word in some), is_own)
        for is_own, some in groupby(marked, lambda one: one[0])
    ]


def _prompt(left: Take, right: Take) -> Row:
    ours, theirs = told_apart(left.job.prompt, right.job.prompt)
    differs = any(piece.is_own for piece in (*ours, *theirs))
    return Row("Prompt", (Cell(pieces=ours), Cell(pieces=theirs)), differs)


def _references(left: Take, right: Take) -> list[Row]:
    """A line for each asset that plays a part on either side, in the order of the left one."""
    found = JobReference.objects.filter(job__in=[left.job_id, right.job_id]).order_by("position")
    rows = list(found.select_related("asset", "version").prefetch_related("version__files__media"))
    names = {
        row.asset_id: f"@{row.asset.handle}"
        for row in sorted(rows, key=lambda row: row.job_id != left.job_id)
    }
    cells = {asset: (_used(rows, asset, left), _used(rows, asset, right)) for asset in names}
    return [Row(names[asset], pair, pair[0].text != pair[1].text) for asset, pair in cells.items()]


def _used(rows: Iterable[JobReference], asset: int, take: Take) -> Cell:
    """The parts that the asset plays in this take, and in which version."""
    parts = [row for row in rows if (row.asset_id, row.job_id) == (asset, take.job_id)]
    if not parts:
        return Cell("not used")
    told = ", ".join(role_label(row) for row in parts)
    return Cell(f"{told} · version {parts[0].version.number}", reference=parts[0])


def _facts(left: Take, right: Take) -> list[Row]:
    ours, theirs = _facts_of(left), _facts_of(right)
    return [Row(name, (Cell(text), Cell(theirs[name])), text != theirs[name]) for name, text in ours.items()]


def _facts_of(take: Take) -> dict[str, str]:
    """What was chosen, then what came of it."""
    job = take.job
    return {
        **dict(setting_rows(job)),
        "Picture": f"{take.width}×{take.height}",
        "Rate": f"{take.fps:g} fps",
        "Length": f"{take.seconds:.2f} s, {take.frame_count} frames",
        "Sound": "yes" if take.has_audio else "no",
        "Review": take.get_review_display(),
        "By": str(job.created_by),
    }


def _cost(left: Take, right: Take) -> Row:
    """Compared in whole cents, so that the difference is that of the figures beside it."""
    ours, theirs = (_cents(take) for take in (left, right))
    told = [f"{usd(cost)}{_how_sure(take)}" for cost, take in ((ours, left), (theirs, right))]
    apart = theirs - ours
    if apart:
        told[1] += f", {usd(abs(apart))} {'more' if apart > 0 else 'less'}"
    return Row("Cost", (Cell(told[0]), Cell(told[1])), bool(apart))


def _cents(take: Take) -> Decimal:
    cost = take.job.estimate_usd if take.job.cost_usd is None else take.job.cost_usd
    return cost.quantize(Decimal("0.01"))


def _how_sure(take: Take) -> str:
    return " estimated" if take.job.cost_usd is None else ""
