"""What a project may spend, has spent and has promised, and from when on it is warned."""

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
MOST_WATCHED = 20
_MONEY = DecimalField(max_digits=14, decimal_places=4)
_NOUGHT = Value(Decimal(0), _MONEY)
_SPENT = {
    "settled": Coalesce(Sum("ledger__actual_usd", filter=Q(ledger__state=State.SETTLED)), _NOUGHT),
    "promised": Coalesce(
        Sum("ledger__estimate_usd", filter=Q(ledger__state__in=[State.ESTIMATED, State.UNCERTAIN])), _NOUGHT
    ),
}
_WARN_AT = Coalesce(F("production__warn_at"), WARN_AT)


@dataclass(frozen=True)
class Budget:
    """US dollars of one project. `promised` is the estimate of what is under way or uncertain; without an `amount`
    nothing is refused and nothing is warned of. `warn_at` is per cent of the amount."""

    amount: Decimal | None
    settled: Decimal
    promised: Decimal
    warn_at: int = WARN_AT

    @property
    def committed(self) -> Decimal:
        """What counts against the amount."""
        return self.settled + self.promised

    @property
    def left(self) -> Decimal | None:
        """Below nought when more was charged than estimated; None without a budget."""
        return None if self.amount is None else self.amount - self.committed

    @property
    def over(self) -> Decimal:
        """What went beyond the amount."""
        return -min(self.left or Decimal(0), Decimal(0))

    @property
    def is_spent(self) -> bool:
        """Nothing is left."""
        return self.left is not None and self.left <= 0

    @property
    def is_near(self) -> bool:
        """Whether the warning's threshold is reached."""
        return self.amount is not None and self.committed * 100 >= self.amount * self.warn_at

    @property
    def used(self) -> int:
        """Per cent of the amount, rounded down; 100 of an amount of nought."""
        return int(self.committed * 100 / self.amount) if self.amount else 100

    def with_more(self, usd: Decimal) -> "Budget":
        """As it would stand if this were promised too."""
        return replace(self, promised=self.promised + usd)

    def width(self, usd: Decimal) -> str:
        """A share as hundredths of the bar, which is as long as the amount, or as what went beyond it."""
        whole = max(self.amount or Decimal(0), self.committed)
        return f"{usd / whole * 100:.3f}" if whole else "0"

    @property
    def settled_width(self) -> str:
        """Of the bar: what is paid."""
        return self.width(self.settled)

    @property
    def promised_width(self) -> str:
        """Of the bar: what is promised."""
        return self.width(self.promised)

    @property
    def warn_x(self) -> str:
        """Where on the bar the warning begins."""
        return self.width((self.amount or Decimal(0)) * self.warn_at / 100)


def budget_of(project: Project) -> Budget:
    """How a project stands, in one query."""
    rows = Project.objects.filter(pk=project.pk).annotate(warned=_WARN_AT, **_SPENT)
    return _read(rows.values("budget_usd", "warned", *_SPENT).get())


def budgets_to_watch(user: AnyUser) -> list[tuple[Project, Budget]]:
    """The projects that the user owns and whose threshold is reached, at most `MOST_WATCHED`, by name."""
    owned = Project.objects.owned_by(user).filter(budget_usd__isnull=False)
    # A twentieth of a cent for SQLite, which multiplies in floating point.
    reached = Q(reach__gte=F("budget_usd") * F("warned") - Value(Decimal("0.005"), _MONEY))
    found = (
        owned.annotate(warned=_WARN_AT, **_SPENT)
        .annotate(reach=(F("settled") + F("promised")) * Value(Decimal(100), _MONEY))
        .filter(reached)
        .order_by("name", "pk")
    )
    return [(project, _read(vars(project))) for project in found[:MOST_WATCHED]]


def personal_budget_to_watch(user: User) -> Allowance | None:
    """The personal budget of the user when `WARN_AT` per cent of it are spent or reserved, else None."""
    found = spending_limits.personal(user.pk, user.get_username())
    return found if found.used and found.used * 100 >= found.amount * WARN_AT else None


def _read(row: Mapping[str, Any]) -> Budget:
    return Budget(row["budget_usd"], exact(row["settled"]), exact(row["promised"]), row["warned"])
