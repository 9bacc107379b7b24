"""Sums of the ledger, computed by the database: in total, by group and over time."""

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from django.db.models import CharField, Count, F, Q, Sum
from django.db.models.functions import Cast, Substr

from generation.ledger.entries import Entries, month_after
from generation.models import LedgerEntry
from generation.models.ledger import EXACT

State = LedgerEntry.State
MAX_GROUPS, MAX_STEPS = 100, 31
STATES = ("settled", "estimated", "uncertain", "refunded")
SUMS = {
    "settled": Sum("actual_usd", filter=Q(state=State.SETTLED)),
    "estimated": Sum("estimate_usd", filter=Q(state=State.ESTIMATED)),
    "uncertain": Sum("estimate_usd", filter=Q(state=State.UNCERTAIN)),
    "refunded": Sum("estimate_usd", filter=Q(state=State.REFUNDED)),
    "jobs": Count("pk"),
}


@dataclass(frozen=True)
class Totals:
    """US dollars by state. `refunded` is the estimate of jobs that were refunded or never charged."""

    settled: Decimal = Decimal(0)
    estimated: Decimal = Decimal(0)
    uncertain: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    jobs: int = 0

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Create from a row with the names of `SUMS`; sums of no rows are 0."""
        settled, estimated, uncertain, refunded = (exact(row[state]) for state in STATES)
        return cls(settled, estimated, uncertain, refunded, row["jobs"])

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def counted(self) -> Decimal:
        """Return the amount that counts against a budget."""
        return self.settled + self.estimated + self.uncertain


class Grouping(StrEnum):
    """Fields by which spending can be grouped."""

    PROJECT = "project"
    SHOT = "shot"
    USER = "person"  # the value is part of URLs
    MONTH = "month"
    MODEL = "model"


# Substrings of `2026-11-03 …` in UTC: on SQLite, date functions would call Python for each row.
_MOMENT = Cast("created_at", CharField())
_DAY, _MONTH = Substr(_MOMENT, 1, 10), Substr(_MOMENT, 1, 7)
FIELDS: dict[Grouping, dict[str, F | Substr]] = {
    Grouping.PROJECT: {"name": F("project__name"), "slug": F("project__slug")},
    Grouping.SHOT: {"name": F("project__name"), "slug": F("project__slug"), "code": F("job__shot__code")},
    Grouping.USER: {"name": F("job__created_by__username"), "key": F("job__created_by")},
    Grouping.MONTH: {"month": _MONTH},
    Grouping.MODEL: {"name": F("job__model"), "resolution": F("job__resolution")},
}


Days = list[tuple[date, Totals]]


@dataclass(frozen=True)
class Group:
    """A group: `fields` has the values of the `FIELDS` of the grouping, such as a project's name and slug."""

    fields: Mapping[str, Any]
    totals: Totals


def exact(amount: Decimal | None) -> Decimal:
    """Round to 0.0001: SQLite adds in floating point, with far smaller errors."""
    return (amount or Decimal(0)).quantize(EXACT)


def daily(rows: Entries) -> Days:
    """Return the totals of each day that has entries, in order, with one query."""
    summed = rows.annotate(day=_DAY).values("day").annotate(**SUMS).order_by("day")
    return [(date.fromisoformat(row["day"]), Totals.of(row)) for row in summed]


def total(days: Days) -> Totals:
    """Return the sum of all days."""
    return sum((totals for _, totals in days), Totals())


def grouped(rows: Entries, by: Grouping) -> list[Group]:
    """Return at most `MAX_GROUPS` groups, the largest first; months are in order, the latest first."""
    fields = FIELDS[by]
    summed = rows.annotate(**fields).values(*fields).annotate(**SUMS)
    latest = [F("month").desc()]
    largest = [F("settled").desc(nulls_last=True), F("estimated").desc(nulls_last=True), *fields]
    ordered = summed.order_by(*(latest if by is Grouping.MONTH else largest))
    return [Group({name: row[name] for name in fields}, Totals.of(row)) for row in ordered[:MAX_GROUPS]]


def over_time(days: Days) -> Days:
    """Return every day if they span less than `MAX_STEPS` days, else the last `MAX_STEPS` months, including empty
    ones."""
    if not days:
        return []
    first, last = days[0][0], days[-1][0]
    by_day = (last - first).days < MAX_STEPS
    steps = dict.fromkeys(list(_days(first, last) if by_day else _months(first, last))[-MAX_STEPS:], Totals())
    for day, totals in days:
        step = day if by_day else day.replace(day=1)
        if step in steps:
            steps[step] += totals
    return list(steps.items())


def _days(first: date, last: date) -> Iterator[date]:
    yield from (first + timedelta(days=number) for number in range((last - first).days + 1))


def _months(first: date, last: date) -> Iterator[date]:
    step = first.replace(day=1)
    while step <= last:
        yield step
        step = month_after(step)
