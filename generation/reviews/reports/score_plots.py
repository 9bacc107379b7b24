"""Scores as bars, as places in drawings that are 100 wide; what draws them is a template, the figures stand beside."""

from collections.abc import Sequence
from dataclasses import dataclass

from generation.reviews.reports.scores import Score

MOST_BARS = 12
KINDS = ("approved", "changes", "rejected", "waiting")


@dataclass(frozen=True)
class Part:
    """One kind of takes in a bar: where it stands, in hundredths of the longest bar, as SVG wants numbers."""

    kind: str
    x: str
    width: str


@dataclass(frozen=True)
class Bar:
    """One score: its takes by state, and what an approved second of it cost; None where nothing is approved."""

    score: Score
    parts: Sequence[Part]
    money_width: str | None


def plot(scores: Sequence[Score]) -> list[Bar]:
    """The first `MOST_BARS` of them, all to one scale; none without a take."""
    shown = [score for score in scores[:MOST_BARS] if score.takes]
    most = max((score.takes for score in shown), default=0)
    dearest = max((score.money_per_second or 0 for score in shown), default=0)
    return [Bar(score, _parts(score, most), _width(score.money_per_second, dearest)) for score in shown]


def _parts(score: Score, most: int) -> list[Part]:
    parts, x = [], 0.0
    for kind in KINDS:
        width = getattr(score, kind) / most * 100
        if width:
            parts.append(Part(kind, f"{x:.3f}", f"{width:.3f}"))
        x += width
    return parts


def _width(amount: object, dearest: object) -> str | None:
    if amount is None:
        return None
    return f"{float(str(amount)) / float(str(dearest)) * 100:.3f}" if dearest else "0"
