"""Batches: jobs that were queued together, their progress, and cancelling those still queued."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from generation import lifecycle
from generation.models import Batch, Job, LedgerEntry
from generation.views.jobs import controls
from generation.views.shared import polling_fragments
from generation.views.shared.access import Request, batch_to_edit, batch_to_see, uuid_in

Status, State = Job.Status, LedgerEntry.State


@require_GET
def batch(request: Request, uuid: UUID) -> HttpResponse:
    """Show the jobs of a batch in the order in which they were created, and their cost."""
    found = batch_to_see(request, uuid)
    jobs = list(found.jobs.select_related("project", "shot", "take", "ledger").order_by("pk"))
    etas = lifecycle.estimate_etas(jobs)
    context = {
        "batch": found,
        "jobs": jobs,
        "etas": etas,
        "priority": next((job.priority for job in jobs if job.status == Status.QUEUED), None),
        "counts": _counts(jobs),
        "ended": sum(job.is_finished or job.status == Status.HELD for job in jobs),
        "waiting": sum(job.status == Status.QUEUED for job in jobs),
        "in_hand": any(job.is_active for job in jobs),
        "money": _money(jobs),
        "can_edit": Batch.objects.editable_by(request.user).filter(pk=found.pk).exists(),
        "mark": polling_fragments.mark(jobs, controls.eta_texts(etas)),
        "live_url": polling_fragments.base_url(request),
    }
    if polling_fragments.is_refresh(request):
        return polling_fragments.refresh(request, "generation/jobs/_batch.html", context)
    return render(request, "generation/jobs/batch.html", context)


@require_POST
def batch_cancel(request: Request, uuid: UUID) -> HttpResponse:
    """Cancel the queued jobs of a batch: all of them, or the one that `job` names."""
    found = batch_to_edit(request, uuid)
    if "job" in request.POST:
        _cancel_one(request, get_object_or_404(found.jobs, uuid=uuid_in(request.POST["job"])))
    elif count := lifecycle.cancel_batch(found, by=request.user):
        messages.success(request, _cancelled(count))
    else:
        messages.info(request, _("No job of this batch is queued any more. Nothing was changed."))
    return redirect(found)


def _cancel_one(request: Request, job: Job) -> None:
    try:
        lifecycle.cancel(job, by=request.user)
    except lifecycle.NotPossible as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _cancelled(1))


def _cancelled(count: int) -> str:
    text = ngettext(
        "%(count)d take was cancelled before submission. Nothing was charged.",
        "%(count)d takes were cancelled before submission. Nothing was charged.",
        count,
    )
    return text % {"count": count}


def _counts(jobs: Iterable[Job]) -> list[tuple[str, int]]:
    """Return the label and number of each status that occurs, in the order of a job's life."""
    counts = Counter(job.status for job in jobs)
    return [(str(status.label), counts[status]) for status in Status if counts[status]]


def _money(jobs: Iterable[Job]) -> dict[str, Decimal]:
    """Return US dollars: estimated in all, settled, still reserved and refunded."""
    rows = [job.ledger for job in jobs if hasattr(job, "ledger")]
    promised = [row.estimate_usd for row in rows if row.state in (State.ESTIMATED, State.UNCERTAIN)]
    return {
        "agreed": _sum(row.estimate_usd for row in rows),
        "settled": _sum(row.actual_usd or Decimal(0) for row in rows if row.state == State.SETTLED),
        "promised": _sum(promised),
        "given_back": _sum(row.estimate_usd for row in rows if row.state == State.REFUNDED),
    }


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
