"""Compare takes, verdicts and costs by handle, model or user.

The database computes the sums, in one query per list. Costs are what the provider charged for the jobs, including those
without a take. A job belongs to the month in which it was queued, as in the ledger.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from generation.models import Job, JobReference, LedgerEntry, ReviewState
from library.models import Project
from library.models.projects import AnyUser

MOST_SCORES = 100
EXACT = Decimal("0.0001")
State = LedgerEntry.State


class Grouping(StrEnum):
    """The criterion by which takes are grouped."""

    HANDLE = "handle"
    MODEL = "model"
    PERSON = "person"


@dataclass(frozen=True)
class Chosen:
    """A filter by project and by when jobs were queued, from `since` to before `until`. None does not filter."""

    project: Project | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Score:
    """One line: of what, with its key. `money` is in US dollars, `seconds` are those of approved takes."""

    key: Any
    name: str
    by_state: Mapping[str, int]
    money: Decimal
    seconds: float

    @property
    def counts(self) -> list[tuple[ReviewState, int]]:
        """Return all states with their numbers of takes, the verdicts first."""
        order = [*ReviewState.verdicts(), ReviewState.WAITING]
        return [(state, self.by_state[state]) for state in order]

    @property
    def takes(self) -> int:
        return sum(self.by_state.values())

    @property
    def approved(self) -> int:
        return self.by_state[ReviewState.APPROVED]

    @property
    def waiting(self) -> int:
        return self.by_state[ReviewState.WAITING]

    @property
    def decided(self) -> int:
        return self.takes - self.waiting

    @property
    def rate(self) -> int | None:
        """Return the approval rate in per cent of the decided takes, or None without any."""
        return round(self.approved * 100 / self.decided) if self.decided else None

    @property
    def takes_per_second(self) -> float | None:
        """Return the number of takes per approved second, or None without any."""
        return self.takes / self.seconds if self.seconds else None

    @property
    def money_per_second(self) -> Decimal | None:
        """Return the cost per approved second in US dollars, or None without any."""
        return (self.money / Decimal(str(self.seconds))).quantize(EXACT) if self.seconds else None


# Key and name of what is compared
FIELDS: Mapping[Grouping, tuple[str, str]] = {
    Grouping.HANDLE: ("asset", "asset__handle"),
    Grouping.MODEL: ("model", "model"),
    Grouping.PERSON: ("created_by", "created_by__username"),
}


def scores(user: AnyUser, *, by: Grouping, chosen: Chosen) -> list[Score]:
    """Return at most `MOST_SCORES` scores of jobs that the user may see, those with the most takes first."""
    rows = _of_handles(user, chosen) if by is Grouping.HANDLE else _of_jobs(user, chosen)
    key, name = map(F, FIELDS[by])
    sums = _sums("job__" if by is Grouping.HANDLE else "")
    summed = rows.order_by().annotate(of_key=key, of_name=name).values("of_key", "of_name").annotate(**sums)
    return [_score(row) for row in summed.order_by(F("n_takes").desc(), "of_name")[:MOST_SCORES]]


def total(user: AnyUser, chosen: Chosen) -> Score:
    """Return the total of the filtered jobs. Each counts once, however many handles it uses."""
    return _score(_of_jobs(user, chosen).aggregate(**_sums("")))


def _of_jobs(user: AnyUser, chosen: Chosen) -> QuerySet[Job]:
    """Return the jobs that produced a take or cost money."""
    conditions: dict[str, Any] = {}
    if chosen.project:
        conditions["project"] = chosen.project
    if chosen.since:
        conditions["created_at__gte"] = chosen.since
    if chosen.until:
        conditions["created_at__lt"] = chosen.until
    done = Q(take__isnull=False) | Q(ledger__state=State.SETTLED)
    return Job.objects.visible_to(user).filter(done, **conditions)


def _of_handles(user: AnyUser, chosen: Chosen) -> QuerySet[JobReference]:
    """Return one reference per job and asset, however often the job uses the asset."""
    earlier = JobReference.objects.filter(
        job=OuterRef("job"), asset=OuterRef("asset"), position__lt=OuterRef("position")
    )
    return JobReference.objects.filter(
        ~Exists(earlier), job__in=_of_jobs(user, chosen).order_by().values("pk")
    )


def _sums(path: str) -> dict[str, Any]:
    """Return the aggregates over jobs; `path` is the lookup prefix that leads to the jobs."""
    is_in = {state: Q(**{f"{path}take__review": state}) for state in ReviewState.values}
    settled = Q(**{f"{path}ledger__state": State.SETTLED})
    return {
        "n_takes": Count(f"{path}take"),
        **{f"n_{state}": Count(f"{path}take", filter=condition) for state, condition in is_in.items()},
        "n_money": Sum(f"{path}ledger__actual_usd", filter=settled),
        "n_seconds": Sum(f"{path}take__seconds", filter=is_in[ReviewState.APPROVED.value]),
    }


def _score(row: Mapping[str, Any]) -> Score:
    """Convert a row. The sum of money is rounded: SQLite adds in floating point, with errors far below 0.0001."""
    money = (row["n_money"] or Decimal(0)).quantize(EXACT)
    return Score(
        key=row.get("of_key"),
        name=row.get("of_name", ""),
        by_state={state: row[f"n_{state}"] for state in ReviewState.values},
        money=money,
        seconds=row["n_seconds"] or 0.0,
    )
