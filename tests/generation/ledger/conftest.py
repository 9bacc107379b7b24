"""Jobs with their money as `lifecycle` leaves it."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from generation.lifecycle.transitions import settle_ledger
from generation.models import Job, LedgerEntry
from library.models import Project
from tests import factories

State = LedgerEntry.State
Spend = Callable[..., LedgerEntry]


@pytest.fixture
def spend(alice: User, project: Project) -> Spend:
    """`spend("0.44", "settled", cost="0.4397", on="2026-11-03", by=bob, …)`: one job with its entry."""

    def make(
        usd: str, state: str = "settled", *, cost: str | None = None, on: str = "2026-11-03", **fields: Any
    ) -> LedgerEntry:
        by, where = fields.pop("by", alice), fields.pop("project", project)
        job = factories.job(by, where, estimate_usd=Decimal(usd), cost_usd=cost and Decimal(cost), **fields)
        if state != State.ESTIMATED:
            settle_ledger(job.pk, State(state))
        LedgerEntry.objects.filter(job=job).update(created_at=_moment(on))
        Job.objects.filter(pk=job.pk).update(created_at=_moment(on))
        return LedgerEntry.objects.select_related("job", "project").get(job=job)

    return make


def _moment(day: str) -> datetime:
    """Noon, or the time after the day."""
    return datetime.fromisoformat(day if "T" in day else f"{day}T12:00").replace(tzinfo=UTC)
