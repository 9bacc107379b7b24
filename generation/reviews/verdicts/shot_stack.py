"""The stack of a shot: its newest takes, and the active jobs that will produce the next ones."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from generation.models import Job, Shot

MAX_TAKES, MAX_JOBS = 60, 20
# The request and the prompt of a job are large and not shown.
JOB_FIELDS = ("pk", "uuid", "status", "progress", "attempts", "priority", "abandoned_at")


class StackedTake(NamedTuple):
    """The columns of a take that the stack shows. Whole takes with their jobs would double the time of the page."""

    pk: int
    uuid: UUID
    number: int
    poster_key: str
    review: str
    abandoned_at: datetime | None


TAKE_FIELDS = (
    *(f"take__{name}" for name in StackedTake._fields if name != "abandoned_at"),
    "abandoned_at",
)


@dataclass(frozen=True)
class Stack:
    """The takes, oldest first, and the active jobs with the `JOB_FIELDS` only."""

    takes: list[StackedTake]
    jobs: list[Job]

    def neighbour(self, pk: int) -> StackedTake | None:
        """Return the take to compare with: the one before it, or for the first take the next one."""
        others = [one for one in self.takes if one.pk != pk]
        return next((one for one in reversed(others) if one.pk < pk), next(iter(others), None))


def stack_of(shot: Shot) -> Stack:
    """Return the newest `MAX_TAKES` takes and at most `MAX_JOBS` active jobs, in one query."""
    is_active = Q(status__in=Job.Status.active, abandoned_at__isnull=True)
    rows = shot.jobs.filter(is_active | Q(take__isnull=False)).order_by("-pk")
    newest = list(rows.values(*JOB_FIELDS, *TAKE_FIELDS)[: MAX_TAKES + MAX_JOBS])[::-1]
    takes = [StackedTake(*map(row.__getitem__, TAKE_FIELDS)) for row in newest if row["take__pk"]]
    jobs = [Job(**{name: row[name] for name in JOB_FIELDS}) for row in newest if not row["take__pk"]]
    return Stack(takes[-MAX_TAKES:], jobs)
