"""The ledger's page: sums, a plot over time, what the money was for, each job, and where estimates were wrong."""

from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from generation import ledger
from generation.composition.take_settings import MODEL_LABELS
from generation.forms import LedgerForm
from generation.ledger.entries import Entries
from generation.ledger.totals import MOST_GROUPS
from generation.views.shared.access import Request
from generation.views.shared.pagination import page_of, wanted

SIZE = 50
JOBS, DIFFERENCES = "job", "difference"
TABS = {
    "project": "Projects",
    "shot": "Shots",
    "person": "People",
    "month": "Months",
    "model": "Models",
    JOBS: "Jobs",
    DIFFERENCES: "Differences",
}
MODELS = {str(model): label for model, label in MODEL_LABELS.items()}
SHOWN = (
    "state", "estimate_usd", "actual_usd", "created_at", "project__name", "project__slug", "job__uuid", "job__model",
    "job__prompt", "job__resolution", "job__billed_seconds", "job__cost_usd", "job__plan", "job__shot__code",
    "job__shot__title", "job__created_by__username",
)  # fmt: skip


@require_safe
def ledger_page(request: Request) -> HttpResponse:
    """All money of the projects that the user is a member of, as chosen."""
    form = LedgerForm(request.GET, user=request.user)
    by = asked if (asked := wanted(request, "by")) in TABS else "project"
    context: dict[str, Any] = {"form": form, "tabs": TABS, "by": by}
    if not form.is_valid():
        return render(request, "generation/projects/ledger.html", context, status=422)
    rows = ledger.entries(request.user, form.chosen())
    days = ledger.daily(rows)
    context |= {"totals": ledger.total(days), "plot": ledger.plot(ledger.over_time(days))}
    return render(request, "generation/projects/ledger.html", context | _tab(request, rows, by))


@require_safe
def ledger_csv(request: Request) -> HttpResponseBase:
    """The same entries for a spreadsheet, a line for each job, streamed; the page tells what cannot be read."""
    form = LedgerForm(request.GET, user=request.user)
    if not form.is_valid():
        return redirect(f"{reverse('generation:ledger')}?{request.GET.urlencode()}")
    lines = ledger.csv_lines(ledger.entries(request.user, form.chosen()))
    name = f"ledger-{timezone.localdate().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _tab(request: Request, rows: Entries, by: str) -> dict[str, Any]:
    """What stands below the plot."""
    if by == JOBS:
        page = page_of(_shown(rows), request.GET.get("before"), size=SIZE)
        return {"entries": page.items, "next": page.next}
    if by == DIFFERENCES:
        page = page_of(_shown(ledger.differing(rows)), request.GET.get("before"), size=SIZE)
        explained = ledger.explained(page.items)
        return {"compared": ledger.compared(rows), "differences": explained, "next": page.next}
    groups = ledger.grouped(rows, ledger.Grouping(by))
    lines = [_line(request, by, group) for group in groups]
    return {"lines": lines, "is_cut": len(lines) == MOST_GROUPS}


def _shown(rows: Entries) -> Entries:
    """Without the large fields of jobs."""
    return rows.select_related("project", "job__shot", "job__created_by").only(*SHOWN)


def _line(request: Request, by: str, group: ledger.Group) -> dict[str, Any]:
    """A group with its name and the address of what it is made of, where there is one."""
    of = group.of
    match by:
        case "project":
            name, narrowed = of["name"], {"project": of["slug"], "by": "shot"}
        case "shot":
            name = f"{of['name']} · {of['code'] or 'without a shot'}"
            narrowed = {"project": of["slug"], "by": JOBS}
        case "person":
            name, narrowed = of["name"], {"person": of["name"], "by": "project"}
        case "month":
            month = of["month"]
            name = f"{date.fromisoformat(f'{month}-01'):%B %Y}"
            narrowed = {"since": month, "until": month, "by": "project"}
        case _:
            name, narrowed = f"{MODELS.get(of['name'], of['name'])} {of['resolution']}", {}
    return {"name": name, "query": _query(request, narrowed), "totals": group.totals}


def _query(request: Request, narrowed: dict[str, str]) -> str:
    """The present choice, narrowed; empty when there is nothing to narrow it to."""
    if not narrowed:
        return ""
    query: QueryDict = request.GET.copy()
    query.pop("before", None)
    for name, value in narrowed.items():
        query[name] = value
    return query.urlencode()
