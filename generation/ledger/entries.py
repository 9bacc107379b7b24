"""Which entries of the ledger are meant: those of the projects that somebody may see, narrowed by a choice."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet

from generation.models import LedgerEntry
from library.models import Project
from library.models.projects import AnyUser

Entries = QuerySet[LedgerEntry]


@dataclass(frozen=True)
class Chosen:
    """A project, a person who made jobs, and months by their first days, the last one included; None is no limit."""

    project: Project | None = None
    person: User | None = None
    first: date | None = None
    last: date | None = None


def entries(user: AnyUser, chosen: Chosen) -> Entries:
    """The entries that this user may see, as chosen."""
    asked: dict[str, Any] = {}
    if chosen.project:
        asked["project"] = chosen.project
    if chosen.person:
        asked["job__created_by"] = chosen.person
    if chosen.first:
        asked["created_at__gte"] = start_of(chosen.first)
    if chosen.last:
        asked["created_at__lt"] = start_of(month_after(chosen.last))
    return LedgerEntry.objects.filter(project__in=Project.objects.visible_to(user), **asked)


def month_after(day: date) -> date:
    """The first day of the next month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def start_of(day: date) -> datetime:
    """Its first moment, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
