"""PURE: when a job is likely to start and to be done, from its place in the queue and from how long such renders took.

Times are in seconds. The words are no more exact than the figures behind them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

# Until renders of a sort have been seen: what the provider's pages lead one to expect (skyreels-api.md, section 2).
EXPECTED = {"480p": 60.0, "720p": 90.0, "1080p": 150.0}
EXPECTED_AT_ALL = 90.0
FOR_EACH_SECOND = 4.0  # of output
SLOW, SLOW_TIMES = "std", 1.75
STORING = 5.0
# Polls take their share of the requests: about half of them is left for submits.
SUBMITS_SHARE = 0.4
STEPS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 105, 120)  # minutes


@dataclass(frozen=True)
class Outlook:
    """What to expect of a job in hand, for people.

    `ahead` is how many go before it, None for a job that was sent or is too far behind to be counted. `rests` says
    why it cannot start. `start_in` and `finish_in` are None where nothing can be said.
    """

    rests: str = ""
    ahead: int | None = None
    start_in: float | None = None
    finish_in: float | None = None

    @property
    def told(self) -> str:
        """`3 go before it, done in about 4 min`."""
        if self.rests:
            return self.rests
        said = []
        if self.start_in is not None:
            said.append(self._place())
            if self.start_in >= 30:
                said.append(f"starts in {about(self.start_in)}")
        if self.finish_in is None:
            return ", ".join(said)
        overdue = self.start_in is None and self.finish_in <= 0
        said.append("takes longer than usual" if overdue else f"done in {about(self.finish_in)}")
        return ", ".join(said)

    def _place(self) -> str:
        if not self.ahead:
            return "next in the queue"
        return "1 goes before it" if self.ahead == 1 else f"{self.ahead:,} go before it"


def render_seconds(samples: Sequence[float], *, model: str, resolution: str, duration: int) -> float:
    """How long a render is likely to take: as long as half of the latest of its sort, or what one may expect."""
    if samples:
        return median(samples)
    expected = EXPECTED.get(resolution, EXPECTED_AT_ALL) + FOR_EACH_SECOND * duration
    return expected * SLOW_TIMES if SLOW in model else expected


def waiting(ahead: int, *, due_in: float, render: float, requests_per_minute: float) -> Outlook:
    """A job in the queue: those before it go out first, and it does not go before it is due again."""
    start = max(due_in, ahead * 60.0 / (requests_per_minute * SUBMITS_SHARE), 0.0)
    return Outlook(ahead=ahead, start_in=start, finish_in=start + render + STORING)


def under_way(age: float, *, render: float) -> Outlook:
    """A job that the provider has had for `age` seconds."""
    return Outlook(finish_in=render - age + STORING)


def about(seconds: float) -> str:
    """`less than a minute`, `about 4 min`, `about 3 h`."""
    minutes = seconds / 60
    if minutes < 0.75:
        return "less than a minute"
    if minutes > STEPS[-1]:
        return f"about {minutes / 60:.0f} h"
    return f"about {min(STEPS, key=lambda step: abs(step - minutes))} min"
