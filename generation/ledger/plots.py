"""Bar chart of spending over time, as coordinates in a drawing of 100 by 100 units that a template draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from generation.ledger.totals import Totals

KINDS = ("settled", "uncertain", "estimated")
# Width of a bar: share of its slot, and maximum in units.
BAR_SHARE, MAX_BAR_WIDTH = Decimal("0.75"), Decimal(8)
# Up to this number of bars, each has a label.
MAX_LABELS = 7
ROUND_AMOUNTS = [Decimal(step) for step in ("1", "1.2", "1.6", "2", "3", "4", "5", "6", "8", "10")]


@dataclass(frozen=True)
class Segment:
    """A rectangle of one ledger state in a bar; the numbers are formatted for SVG."""

    kind: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Bar:
    """A day or month."""

    day: date
    totals: Totals
    segments: Sequence[Segment]


@dataclass(frozen=True)
class Plot:
    """The bars, the labels of the scale (US dollars, top first), and whether a bar is a day or a month."""

    bars: Sequence[Bar]
    scale: Sequence[Decimal]
    by_day: bool

    @property
    def has_room_for_all_labels(self) -> bool:
        return len(self.bars) <= MAX_LABELS

    @property
    def labelled_bars(self) -> Sequence[Bar]:
        """Return the bars with a label: all, or the first, the middle and the last."""
        last = len(self.bars) - 1
        return (
            self.bars
            if self.has_room_for_all_labels
            else [self.bars[0], self.bars[last // 2], self.bars[last]]
        )


def plot(steps: Sequence[tuple[date, Totals]]) -> Plot | None:
    """Return the chart of these days or months, or None if nothing was spent in them."""
    highest = max((totals.counted for _, totals in steps), default=Decimal(0))
    if not highest:
        return None
    top, slot = _round_up(highest), Decimal(100) / len(steps)
    bars = [
        Bar(day, totals, _segments(totals, x=index * slot, slot=slot, top=top))
        for index, (day, totals) in enumerate(steps)
    ]
    by_day = len(steps) == 1 or (steps[1][0] - steps[0][0]).days == 1
    return Plot(bars, [top, top / 2, Decimal(0)], by_day)


def _segments(totals: Totals, *, x: Decimal, slot: Decimal, top: Decimal) -> list[Segment]:
    segments, y, width = [], Decimal(100), min(slot * BAR_SHARE, MAX_BAR_WIDTH)
    for kind in KINDS:
        height = getattr(totals, kind) / top * 100
        y -= height
        if height:
            box = (x + (slot - width) / 2, y, width, height)
            segments.append(Segment(kind, *(f"{number:.3f}" for number in box)))
    return segments


def _round_up(amount: Decimal) -> Decimal:
    """Round up to one of `ROUND_AMOUNTS`, scaled by a power of ten."""
    power = Decimal(1).scaleb(amount.adjusted())
    return next(power * step for step in ROUND_AMOUNTS if power * step >= amount)
