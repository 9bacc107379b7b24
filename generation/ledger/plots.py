"""Bars of money over time, as places in a drawing of 100 by 100; what draws them is a template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from generation.ledger.totals import Totals

KINDS = ("settled", "uncertain", "estimated")
FILLED, WIDEST = Decimal("0.75"), Decimal(8)  # of the room of one bar, and of the drawing in hundredths
NAMED_EACH = 7
ROUND = [Decimal(step) for step in ("1", "1.2", "1.6", "2", "3", "4", "5", "6", "8", "10")]


@dataclass(frozen=True)
class Part:
    """One kind of money in a bar: where it stands, in hundredths of the drawing, as SVG wants numbers."""

    kind: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Bar:
    """One day or month."""

    day: date
    totals: Totals
    parts: Sequence[Part]


@dataclass(frozen=True)
class Plot:
    """The bars, what its scale counts (the top first, US dollars), and whether a bar is a day or a month."""

    bars: Sequence[Bar]
    scale: Sequence[Decimal]
    by_day: bool

    @property
    def names_each(self) -> bool:
        """Whether there is room to name every bar."""
        return len(self.bars) <= NAMED_EACH

    @property
    def named(self) -> Sequence[Bar]:
        """The bars that are named below the drawing: all, or the first, the middle one and the last."""
        last = len(self.bars) - 1
        return self.bars if self.names_each else [self.bars[0], self.bars[last // 2], self.bars[last]]


def plot(steps: Sequence[tuple[date, Totals]]) -> Plot | None:
    """The drawing of these days or months; None when there is no money in them."""
    highest = max((totals.counted for _, totals in steps), default=Decimal(0))
    if not highest:
        return None
    top, room = _round_above(highest), Decimal(100) / len(steps)
    bars = [
        Bar(day, totals, _parts(totals, x=place * room, room=room, top=top))
        for place, (day, totals) in enumerate(steps)
    ]
    by_day = len(steps) == 1 or (steps[1][0] - steps[0][0]).days == 1
    return Plot(bars, [top, top / 2, Decimal(0)], by_day)


def _parts(totals: Totals, *, x: Decimal, room: Decimal, top: Decimal) -> list[Part]:
    parts, below, width = [], Decimal(100), min(room * FILLED, WIDEST)
    for kind in KINDS:
        height = getattr(totals, kind) / top * 100
        below -= height
        if height:
            shown = (x + (room - width) / 2, below, width, height)
            parts.append(Part(kind, *(f"{number:.3f}" for number in shown)))
    return parts


def _round_above(amount: Decimal) -> Decimal:
    """The next of `ROUND` at or above the amount, or of its multiples by ten."""
    power = Decimal(1).scaleb(amount.adjusted())
    return next(power * step for step in ROUND if power * step >= amount)
