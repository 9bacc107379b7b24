"""The spending limits that apply to a user in a project, with the amounts that count against them.

Read only. Settled costs, estimates of active jobs and uncertain amounts count against a limit; amounts are in US
dollars. A month is a calendar month in UTC, by the time at which a job was queued, as in the ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import OuterRef, Subquery, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from generation.models import LedgerEntry
from generation.models.ledger import LedgerQuerySet
from library.models import Membership, Project


class Limit(TextChoices):
    """The limits, in the order in which they are listed."""

    PROJECT = "budget", _("Project budget")
    PERSONAL = "personal_budget", _("Personal budget")
    MEMBER = "member_limit", _("Your limit in this project this month")
    INSTALLATION = "monthly_cap", _("All projects together this month")


@dataclass(frozen=True)
class Allowance:
    """One limit. `holder` is the user whose personal budget it is."""

    limit: Limit
    amount: Decimal
    used: Decimal
    holder: str = ""

    @property
    def left(self) -> Decimal:
        """The amount that may still be spent, never below 0."""
        return max(self.amount - self.used, Decimal(0))


def allowances(user: User, project: Project) -> list[Allowance]:
    """Return the limits that apply when this user queues a job in this project; empty when there are none."""
    own_limit = Membership.objects.filter(project=OuterRef("pk"), user=user.pk).values("monthly_limit_usd")
    row = Project.objects.filter(pk=project.pk).values(
        "budget_usd", "charged_to", "charged_to__username", own_limit=Subquery(own_limit)
    )
    known = row.get()
    found = []
    if known["budget_usd"] is not None:
        used = LedgerEntry.objects.filter(project=project).committed()
        found.append(Allowance(Limit.PROJECT, known["budget_usd"], used))
    if known["charged_to"] is not None:
        found.append(personal(known["charged_to"], known["charged_to__username"]))
    if known["own_limit"] is not None:
        used = _this_month(project).filter(job__created_by=user.pk).committed()
        found.append(Allowance(Limit.MEMBER, known["own_limit"], used))
    return found + installation()


def without_project(user: User) -> list[Allowance]:
    """Return the limits that will apply in the user's personal project, which does not exist yet."""
    return [personal(user.pk, user.get_username()), *installation()]


def personal(user_id: int, username: str) -> Allowance:
    """Return the personal budget, which all projects charged to this user share."""
    used = LedgerEntry.objects.filter(project__charged_to=user_id).committed()
    return Allowance(Limit.PERSONAL, settings.PERSONAL_BUDGET_USD, used, username)


def personal_budget_of(project: Project) -> Allowance | None:
    """Return the personal budget to which the project is charged, or None if it has its own budget."""
    user = project.charged_to
    return None if user is None else personal(user.pk, user.get_username())


def installation() -> list[Allowance]:
    """Return the cap of all projects in the current month, if there is one."""
    cap = settings.MONTHLY_CAP_USD
    if cap is None:
        return []
    used = LedgerEntry.objects.filter(created_at__gte=month_start()).committed()
    return [Allowance(Limit.INSTALLATION, cap, used)]


def spent_by_members(project: Project) -> dict[Any, Decimal]:
    """Return what each user has spent or reserved in the project in the current month, by the user's key."""
    return _this_month(project).committed_by("job__created_by")


def binding(found: Sequence[Allowance]) -> Allowance | None:
    """Return the limit with the smallest amount left, or None if there is no limit."""
    return min(found, key=lambda one: one.left, default=None)


def month_start() -> datetime:
    """Return the first moment of the current month, in UTC."""
    return timezone.now().astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month() -> datetime:
    """Return the first moment of the next month, in UTC."""
    return (month_start() + timedelta(days=32)).replace(day=1)


def _this_month(project: Project) -> LedgerQuerySet:
    return LedgerEntry.objects.filter(project=project, created_at__gte=month_start())
