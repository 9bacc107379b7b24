"""Bars of the scoreboard, with positions in per cent of the width of the SVG that a template draws."""

from collections.abc import Sequence
from dataclasses import dataclass

from generation.models import ReviewState
from generation.reviews.reports.scores import Score

MOST_BARS = 12
STATES = [*ReviewState.verdicts(), ReviewState.WAITING]


@dataclass(frozen=True)
class Part:
    """The takes of one state in a bar: position and width in per cent of the longest bar, as text for SVG."""

    tone: str
    x: str
    width: str


@dataclass(frozen=True)
class Bar:
    """A score with its takes by state. `money_width` is the cost per approved second, or None without any."""

    score: Score
    parts: Sequence[Part]
    money_width: str | None


def plot(scores: Sequence[Score]) -> list[Bar]:
    """Return bars of the first `MOST_BARS` scores with takes, all on one scale."""
    shown = [score for score in scores[:MOST_BARS] if score.takes]
    most = max((score.takes for score in shown), default=0)
    highest_cost = max((score.money_per_second or 0 for score in shown), default=0)
    return [Bar(score, _parts(score, most), _width(score.money_per_second, highest_cost)) for score in shown]


def _parts(score: Score, most: int) -> list[Part]:
    parts, x = [], 0.0
    for state in STATES:
        width = score.by_state[state] / most * 100
        if width:
            parts.append(Part(state.details.tone, f"{x:.3f}", f"{width:.3f}"))
        x += width
    return parts


def _width(amount: object, highest: object) -> str | None:
    if amount is None:
        return None
    return f"{float(str(amount)) / float(str(highest)) * 100:.3f}" if highest else "0"
