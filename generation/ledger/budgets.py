"""A project's budget: spent, reserved, left, and when its owners are warned."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db.models import DecimalField, F, Q, Sum, Value
from django.db.models.functions import Coalesce

from generation import spending_limits
from generation.ledger.totals import exact
from generation.models import LedgerEntry, Production
from generation.spending_limits import Allowance
from library.models import Project
from library.models.projects import AnyUser

State = LedgerEntry.State
WARN_AT: int = Production._meta.get_field("warn_at").default
MAX_WATCHED = 20
_MONEY = DecimalField(max_digits=14, decimal_places=4)
_ZERO = Value(Decimal(0), _MONEY)
_SPENT = {
    "settled": Coalesce(Sum("ledger__actual_usd", filter=Q(ledger__state=State.SETTLED)), _ZERO),
    "reserved": Coalesce(
        Sum("ledger__estimate_usd", filter=Q(ledger__state__in=[State.ESTIMATED, State.UNCERTAIN])), _ZERO
    ),
}
_WARN_AT = Coalesce(F("production__warn_at"), WARN_AT)


@dataclass(frozen=True)
class Budget:
    """US dollars of one project. `reserved` is the estimate of active and uncertain jobs. Without an `amount` there is
    no limit and no warning. `warn_at` is a percentage of the amount."""

    amount: Decimal | None
    settled: Decimal
    reserved: Decimal
    warn_at: int = WARN_AT

    @property
    def committed(self) -> Decimal:
        """Return what counts against the amount."""
        return self.settled + self.reserved

    @property
    def left(self) -> Decimal | None:
        """Return the rest, negative if more was charged than estimated; None without a budget."""
        return None if self.amount is None else self.amount - self.committed

    @property
    def over(self) -> Decimal:
        """Return by how much the amount is exceeded."""
        return -min(self.left or Decimal(0), Decimal(0))

    @property
    def is_spent(self) -> bool:
        return self.left is not None and self.left <= 0

    @property
    def is_near(self) -> bool:
        return self.amount is not None and self.committed * 100 >= self.amount * self.warn_at

    @property
    def used(self) -> int:
        """Return the used percentage, rounded down; 100 if the amount is 0."""
        return int(self.committed * 100 / self.amount) if self.amount else 100

    def with_more(self, usd: Decimal) -> "Budget":
        """Return the budget with this amount reserved in addition."""
        return replace(self, reserved=self.reserved + usd)

    def width(self, usd: Decimal) -> str:
        """Return an amount in hundredths of the bar, whose length is the budget or, if larger, the spending."""
        whole = max(self.amount or Decimal(0), self.committed)
        return f"{usd / whole * 100:.3f}" if whole else "0"

    @property
    def settled_width(self) -> str:
        return self.width(self.settled)

    @property
    def reserved_width(self) -> str:
        return self.width(self.reserved)

    @property
    def warn_x(self) -> str:
        """Return the position of the warning threshold on the bar."""
        return self.width((self.amount or Decimal(0)) * self.warn_at / 100)


def budget_of(project: Project) -> Budget:
    """Return a project's budget, with one query."""
    rows = Project.objects.filter(pk=project.pk).annotate(warned=_WARN_AT, **_SPENT)
    return _read(rows.values("budget_usd", "warned", *_SPENT).get())


def budgets_to_watch(user: AnyUser) -> list[tuple[Project, Budget]]:
    """Return the user's own projects whose warning threshold is reached, by name, at most `MAX_WATCHED`."""
    owned = Project.objects.owned_by(user).filter(budget_usd__isnull=False)
    # Tolerance for SQLite, which multiplies in floating point.
    reached = Q(reach__gte=F("budget_usd") * F("warned") - Value(Decimal("0.005"), _MONEY))
    found = (
        owned.annotate(warned=_WARN_AT, **_SPENT)
        .annotate(reach=(F("settled") + F("reserved")) * Value(Decimal(100), _MONEY))
        .filter(reached)
        .order_by("name", "pk")
    )
    return [(project, _read(vars(project))) for project in found[:MAX_WATCHED]]


def personal_budget_to_watch(user: User) -> Allowance | None:
    """Return the user's personal budget if `WARN_AT` percent of it is spent or reserved, else None."""
    found = spending_limits.personal(user.pk, user.get_username())
    return found if found.used and found.used * 100 >= found.amount * WARN_AT else None


def _read(row: Mapping[str, Any]) -> Budget:
    return Budget(row["budget_usd"], exact(row["settled"]), exact(row["reserved"]), row["warned"])
