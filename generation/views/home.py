"""The home page: active jobs, latest takes, takes to review, spending of the month."""

from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from generation import lifecycle
from generation.ledger import budgets_to_watch, personal_budget_to_watch
from generation.models import Job, LedgerEntry, Take
from generation.views.account.inbox import waiting_takes
from generation.views.jobs import controls
from generation.views.shared import polling_fragments
from generation.views.shared.access import Request
from library.models import Project
from library.models.projects import may_open_projects

SHOWN_JOBS, SHOWN_TAKES, SHOWN_WAITING = 12, 10, 6
State = LedgerEntry.State


@require_safe
def home(request: Request) -> HttpResponse:
    """Show the page that follows the log-in."""
    context = _live(request)
    if polling_fragments.is_refresh(request):
        return polling_fragments.refresh(request, "generation/home/_home_live.html", context)
    month = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    waiting = list(waiting_takes(request)[: SHOWN_WAITING + 1])
    context |= {
        "waiting": waiting[:SHOWN_WAITING],
        "waiting_more": len(waiting) > SHOWN_WAITING,
        "spending": spending(request, since=month),
        "month": month,
        "budgets": budgets_to_watch(request.user),
        "personal": personal_budget_to_watch(request.user),
        "may_open_projects": may_open_projects(request.user),
        "projects": Project.objects.editable_by(request.user)[:20],
    }
    return render(request, "generation/home/home.html", context)


def spending(request: Request, *, since: Any) -> list[dict[str, Any]]:
    """Return settled and pending US dollars of each project with entries since then."""
    zero = Value(Decimal(0), DecimalField(max_digits=12, decimal_places=4))
    entries = LedgerEntry.objects.filter(project__in=Project.objects.visible_to(request.user))
    rows = (
        entries.filter(created_at__gte=since)
        .values("project__name", "project__slug")
        .annotate(
            settled=Coalesce(Sum("actual_usd", filter=Q(state=State.SETTLED)), zero),
            open=Coalesce(Sum("estimate_usd", filter=Q(state__in=[State.ESTIMATED, State.UNCERTAIN])), zero),
        )
        .order_by("-settled", "project__name")
    )
    return [dict(row) for row in rows[:20]]


def _live(request: Request) -> dict[str, Any]:
    running = (
        Job.objects.visible_to(request.user)
        .filter(status__in=Job.Status.active)
        .select_related("project", "shot")
    )
    jobs = list(running[:SHOWN_JOBS])
    takes = list(Take.objects.visible_to(request.user).wanted().for_cards()[:SHOWN_TAKES])
    etas = lifecycle.estimate_etas(jobs)
    return {
        "jobs": jobs,
        "etas": etas,
        "takes": takes,
        "has_active_jobs": bool(jobs),
        "mark": polling_fragments.mark(jobs, [take.pk for take in takes], controls.eta_texts(etas)),
        "live_url": polling_fragments.base_url(request),
    }
