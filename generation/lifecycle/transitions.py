"""The ways in which a job ends or stops, with its money: one small function for each transition."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from generation.lifecycle.leases import Lease, transition
from generation.models import Job, LedgerEntry, Take
from library.models import Project

State = LedgerEntry.State


def fail(
    lease: Lease, message: str, *, code: str = "", param: str = "", money: LedgerEntry.State, **fields: Any
) -> None:
    """The job will bring no take. `money` says whether the provider keeps the price or gives it back."""
    with transaction.atomic():
        transition(
            lease,
            Job.Status.FAILED,
            message,
            finished_at=timezone.now(),
            error_message=message,
            error_code=code[:80],
            error_param=param[:80],
            **fields,
        )
        settle_ledger(lease.job_id, money)


def hold(lease: Lease, reason: str, *, money: LedgerEntry.State = State.UNCERTAIN, **fields: Any) -> None:
    """A person has to decide: what happened at the provider cannot be known from here, unless `money` says more."""
    with transaction.atomic():
        transition(lease, Job.Status.HELD, reason, held_reason=reason, **fields)
        settle_ledger(lease.job_id, money)


def succeed(lease: Lease, facts: dict[str, Any], *, told: str = "") -> Take:
    """The take is stored: write it, its money and the state together, and in its story what is `told` beside."""
    with transaction.atomic():
        text = f"The take is stored. {told}".strip()
        transition(lease, Job.Status.SUCCEEDED, text, finished_at=timezone.now())
        job = Job.objects.select_related("shot").get(pk=lease.job_id)
        # Locked, so that two takes of one shot get two numbers.
        project = Project.objects.select_for_update().get(pk=job.project_id)
        siblings = Take.objects.filter(project=project, shot=job.shot)
        number = (siblings.order_by("-number").values_list("number", flat=True).first() or 0) + 1
        take = Take.objects.create(job=job, project=project, shot=job.shot, number=number, **facts)
        settle_ledger(lease.job_id, State.SETTLED)
    return take


def settle_ledger(job_id: int, state: LedgerEntry.State) -> None:
    """Write down what became of the money: settled by the cost that the provider reported, else by the estimate."""
    entry = LedgerEntry.objects.select_related("job").get(job_id=job_id)
    amounts: dict[LedgerEntry.State, Decimal | None] = {
        State.SETTLED: entry.job.cost_usd if entry.job.cost_usd is not None else entry.estimate_usd,
        State.REFUNDED: Decimal(0),
    }
    entry.state, entry.actual_usd = state, amounts.get(state)
    entry.save(update_fields=["state", "actual_usd", "updated_at"])
