"""Ledger entries that a user may see, with filters."""

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
class Filters:
    """A project, a user who queued jobs, and the first and last month (by their first day, both included).

    None means no filter.
    """

    project: Project | None = None
    user: User | None = None
    first: date | None = None
    last: date | None = None


def entries(user: AnyUser, filters: Filters) -> Entries:
    """Return the entries that the user may see and that match the filters."""
    conditions: dict[str, Any] = {}
    if filters.project:
        conditions["project"] = filters.project
    if filters.user:
        conditions["job__created_by"] = filters.user
    if filters.first:
        conditions["created_at__gte"] = start_of(filters.first)
    if filters.last:
        conditions["created_at__lt"] = start_of(month_after(filters.last))
    return LedgerEntry.objects.filter(project__in=Project.objects.visible_to(user), **conditions)


def month_after(day: date) -> date:
    """Return the first day of the next month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def start_of(day: date) -> datetime:
    """Return the start of the day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
