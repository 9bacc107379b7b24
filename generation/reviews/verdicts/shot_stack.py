"""The stack of a shot: its newest takes, and the jobs that are to bring the next ones."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from generation.models import Job, Shot

TAKES, MOST_IN_HAND = 60, 20
# What is shown of a job in hand; its request and its prompt are large.
OF_JOB = ("pk", "uuid", "status", "progress", "attempts", "priority", "abandoned_at")


class StackedTake(NamedTuple):
    """What the stack shows of a take. Sixty whole takes with their jobs would take longer than all their page."""

    pk: int
    uuid: UUID
    number: int
    poster_key: str
    review: str
    abandoned_at: datetime | None


OF_TAKE = (*(f"take__{name}" for name in StackedTake._fields if name != "abandoned_at"), "abandoned_at")


@dataclass(frozen=True)
class Stack:
    """The takes, the oldest first, and the jobs in hand. A job has only what is shown of it."""

    takes: list[StackedTake]
    jobs: list[Job]

    def beside(self, pk: int) -> StackedTake | None:
        """The take to compare another one with: the one before it, for the first one the next."""
        others = [one for one in self.takes if one.pk != pk]
        return next((one for one in reversed(others) if one.pk < pk), next(iter(others), None))


def stack_of(shot: Shot) -> Stack:
    """Its newest sixty takes and at most twenty jobs; one query."""
    in_hand = Q(status__in=Job.Status.active, abandoned_at__isnull=True)
    rows = shot.jobs.filter(in_hand | Q(take__isnull=False)).order_by("-pk")
    newest = list(rows.values(*OF_JOB, *OF_TAKE)[: TAKES + MOST_IN_HAND])[::-1]
    takes = [StackedTake(*map(row.__getitem__, OF_TAKE)) for row in newest if row["take__pk"]]
    jobs = [Job(**{name: row[name] for name in OF_JOB}) for row in newest if not row["take__pk"]]
    return Stack(takes[-TAKES:], jobs)
