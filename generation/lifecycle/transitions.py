"""Transitions that end or stop a job, together with its money: one function for each."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from generation.lifecycle.leases import Lease, transition
from generation.models import Job, LedgerEntry, Take
from generation.models.job_codes import Event, EventCode, Hold
from generation.models.job_texts import event_text
from library.models import Project

State = LedgerEntry.State


def fail(
    lease: Lease, event: Event, *, code: str = "", param: str = "", money: LedgerEntry.State, **fields: Any
) -> None:
    """End the job without a take. `money` says whether the provider keeps the price; `code` and `param` are for API
    clients, like the English error message. Raises LeaseLost."""
    with transaction.atomic():
        transition(
            lease,
            Job.Status.FAILED,
            event,
            finished_at=timezone.now(),
            error_message=in_english(event),
            error_code=code[:80],
            error_param=param[:80],
            **fields,
        )
        settle_ledger(lease.job_id, money)


def fail_uncharged(lease: Lease) -> None:
    """End a job that has no ledger row; it was not sent. Raises LeaseLost."""
    event, now = Event(EventCode.NOT_CHARGED), timezone.now()
    text = in_english(event)
    transition(
        lease, Job.Status.FAILED, event, finished_at=now, error_code="not_authorized", error_message=text
    )


def in_english(event: Event) -> str:
    """Return the event's sentence for API clients."""
    with override("en"):
        return event_text(event.code, event.data)


def hold(lease: Lease, reason: Hold, *, money: LedgerEntry.State = State.UNCERTAIN, **fields: Any) -> None:
    """Stop the job until a user decides. The cost is uncertain unless `money` says otherwise. Raises LeaseLost."""
    with transaction.atomic():
        transition(
            lease, Job.Status.HELD, reason.event, hold_code=reason.code, hold_data=reason.data, **fields
        )
        settle_ledger(lease.job_id, money)


def succeed(lease: Lease, facts: dict[str, Any], event: Event) -> Take:
    """Create the take of a stored video and settle the cost. `facts` are fields of the take. Raises LeaseLost."""
    with transaction.atomic():
        transition(lease, Job.Status.SUCCEEDED, event, finished_at=timezone.now())
        job = Job.objects.select_related("shot").get(pk=lease.job_id)
        # Locked, so that two takes of one shot get different numbers.
        project = Project.objects.select_for_update().get(pk=job.project_id)
        siblings = Take.objects.filter(project=project, shot=job.shot)
        number = (siblings.order_by("-number").values_list("number", flat=True).first() or 0) + 1
        take = Take.objects.create(job=job, project=project, shot=job.shot, number=number, **facts)
        settle_ledger(lease.job_id, State.SETTLED)
    return take


def settle_ledger(job_id: int, state: LedgerEntry.State) -> None:
    """Set the ledger row's state and actual cost: the reported cost if there is one, else the estimate."""
    entry = LedgerEntry.objects.select_related("job").get(job_id=job_id)
    amounts: dict[LedgerEntry.State, Decimal | None] = {
        State.SETTLED: entry.job.cost_usd if entry.job.cost_usd is not None else entry.estimate_usd,
        State.REFUNDED: Decimal(0),
    }
    entry.state, entry.actual_usd = state, amounts.get(state)
    entry.save(update_fields=["state", "actual_usd", "updated_at"])


def note_on_hold(job_id: int, **data: Any) -> bool:
    """Add what happened since to the hold reason. Return False if the job is no longer held or already says so.

    Call it in a transaction: the row stays locked until it ends, so of two callers one gets False.
    """
    job = Job.objects.select_for_update().filter(pk=job_id, status=Job.Status.HELD).first()
    if job is None or data.keys() <= job.hold_data.keys():
        return False
    Job.objects.filter(pk=job_id).update(hold_data=job.hold_data | data)
    return True
