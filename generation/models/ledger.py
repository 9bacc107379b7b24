"""The cost of each job, and sums of costs."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Case, DecimalField, F, Sum, Value, When

from generation.models.jobs import Job
from library.models import Project

EXACT = Decimal("0.0001")


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    """Sums in US dollars."""

    def committed(self) -> Decimal:
        """Return what counts against a budget: settled costs, and the estimates of active and uncertain jobs."""
        return _exact(self.aggregate(total=Sum(_counted()))["total"])

    def committed_by(self, field: str) -> dict[Any, Decimal]:
        """Return the same sum for each value of a field, by that value."""
        rows = self.order_by().values(field).annotate(total=Sum(_counted()))
        return {row[field]: _exact(row["total"]) for row in rows}


def _counted() -> Case:
    return Case(
        When(state=LedgerEntry.State.SETTLED, then=F("actual_usd")),
        When(state=LedgerEntry.State.REFUNDED, then=Value(0)),
        default=F("estimate_usd"),
        output_field=DecimalField(max_digits=12, decimal_places=4),
    )


def _exact(total: Decimal | None) -> Decimal:
    """Round the sum: SQLite adds in floating point, with errors far below the smallest unit."""
    return (total or Decimal(0)).quantize(EXACT)


class LedgerEntry(models.Model):
    """One row for each job: estimated when it is queued, then settled, refunded or uncertain."""

    class State(models.TextChoices):
        ESTIMATED = "estimated", "Estimated"
        SETTLED = "settled", "Settled"
        REFUNDED = "refunded", "Refunded"
        UNCERTAIN = "uncertain", "Uncertain"

    job = models.OneToOneField(Job, models.PROTECT, related_name="ledger")
    project = models.ForeignKey(Project, models.PROTECT, related_name="ledger")
    state = models.CharField(max_length=10, choices=State, default=State.ESTIMATED)
    estimate_usd = models.DecimalField(max_digits=10, decimal_places=4)
    actual_usd = models.DecimalField(max_digits=10, decimal_places=4, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "ledger entries"
        ordering = ["-pk"]
        indexes = [
            # Covering: the sum of a month reads the index alone.
            models.Index(fields=["created_at", "state", "estimate_usd", "actual_usd"], name="ledger_by_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="settled") | models.Q(actual_usd__isnull=False),
                name="settled_money_has_an_amount",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.actual_usd or self.estimate_usd} USD"
