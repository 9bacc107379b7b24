"""Rights: what was agreed about an asset, and what its last day means today."""

from dataclasses import dataclass
from datetime import date
from typing import Final

NOTICE_DAYS = 30
ENDING: Final = "ending"
EXPIRED: Final = "expired"


@dataclass(frozen=True)
class Rights:
    """What was agreed, by the names of the asset's columns; `rights_end_on` is the last day of use, if there is one."""

    licence: str = ""
    source: str = ""
    consent_note: str = ""
    rights_end_on: date | None = None


def state_on(today: date, last_day: date | None) -> str:
    """`expired` from the day after the last one, `ending` in the 30 days before, else empty."""
    if last_day is None or (last_day - today).days > NOTICE_DAYS:
        return ""
    return EXPIRED if last_day < today else ENDING


def told_on(today: date, last_day: date | None) -> str:
    """For people: `rights ended 3 days ago`, `rights end today`, `rights end in 12 days`; empty while there is time."""
    state = state_on(today, last_day)
    if last_day is None or not state:
        return ""
    days = abs((last_day - today).days)
    count = f"{days} day{'s' if days > 1 else ''}"
    if state == EXPIRED:
        return f"rights ended {count} ago"
    return f"rights end in {count}" if days else "rights end today"
