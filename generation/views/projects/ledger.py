"""The ledger page: totals, a plot over time, spending by group and by job, and wrong estimates."""

from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from generation import ledger
from generation.composition.take_settings import MODEL_LABELS
from generation.forms import LedgerForm
from generation.ledger.entries import Entries
from generation.ledger.totals import MAX_GROUPS
from generation.views.shared.access import Request
from generation.views.shared.pagination import page_of, query_text

PAGE_SIZE = 50
JOBS, DIFFERENCES = "job", "difference"
TABS = {
    "project": _("Projects"),
    "shot": _("Shots"),
    "person": _("Members"),
    "month": _("Months"),
    "model": _("Models"),
    JOBS: _("Jobs"),
    DIFFERENCES: _("Differences"),
}
MODELS = {str(model): label for model, label in MODEL_LABELS.items()}
FIELDS = (
    "state", "estimate_usd", "actual_usd", "created_at", "project__name", "project__slug", "job__uuid", "job__model",
    "job__prompt", "job__resolution", "job__billed_seconds", "job__cost_usd", "job__plan", "job__shot__code",
    "job__shot__title", "job__created_by__username",
)  # fmt: skip


@require_safe
def ledger_page(request: Request) -> HttpResponse:
    """Show the spending of the user's projects, filtered and grouped."""
    form = LedgerForm(request.GET, user=request.user)
    by = requested if (requested := query_text(request, "by")) in TABS else "project"
    context: dict[str, Any] = {"form": form, "tabs": TABS, "by": by}
    if not form.is_valid():
        return render(request, "generation/projects/ledger.html", context, status=422)
    rows = ledger.entries(request.user, form.filters())
    days = ledger.daily(rows)
    context |= {"totals": ledger.total(days), "plot": ledger.plot(ledger.over_time(days))}
    return render(request, "generation/projects/ledger.html", context | _tab_context(request, rows, by))


@require_safe
def ledger_csv(request: Request) -> HttpResponseBase:
    """Stream the filtered entries as CSV; invalid filters redirect to the page, which shows the errors."""
    form = LedgerForm(request.GET, user=request.user)
    if not form.is_valid():
        return redirect(f"{reverse('generation:ledger')}?{request.GET.urlencode()}")
    lines = ledger.csv_lines(ledger.entries(request.user, form.filters()))
    name = f"ledger-{timezone.localdate().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _tab_context(request: Request, rows: Entries, by: str) -> dict[str, Any]:
    """Return the context of the part below the plot."""
    if by == JOBS:
        page = page_of(_for_display(rows), request.GET.get("before"), size=PAGE_SIZE)
        return {"entries": page.items, "next": page.next}
    if by == DIFFERENCES:
        rows_to_explain = _for_display(ledger.with_differences(rows))
        page = page_of(rows_to_explain, request.GET.get("before"), size=PAGE_SIZE)
        differences = ledger.explain(page.items)
        return {"comparison": ledger.compare(rows), "differences": differences, "next": page.next}
    groups = ledger.grouped(rows, ledger.Grouping(by))
    return {
        "group_label": TABS[by],
        "groups": [_group_row(request, by, group) for group in groups],
        "is_truncated": len(groups) == MAX_GROUPS,
    }


def _for_display(rows: Entries) -> Entries:
    """Load only the fields that the page shows, without the large fields of jobs."""
    return rows.select_related("project", "job__shot", "job__created_by").only(*FIELDS)


def _group_row(request: Request, by: str, group: ledger.Group) -> dict[str, Any]:
    """Return name, totals and the query string of the entries in a group, if there is a page for them."""
    fields = group.fields
    match by:
        case "project":
            name, filters = fields["name"], {"project": fields["slug"], "by": "shot"}
        case "shot":
            name = f"{fields['name']} · {fields['code'] or gettext('no shot')}"
            filters = {"project": fields["slug"], "by": JOBS}
        case "person":
            name, filters = fields["name"], {"person": fields["name"], "by": "project"}
        case "month":
            month = fields["month"]
            name = date_format(date.fromisoformat(f"{month}-01"), "YEAR_MONTH_FORMAT")
            filters = {"since": month, "until": month, "by": "project"}
        case _:
            name, filters = f"{MODELS.get(fields['name'], fields['name'])} {fields['resolution']}", {}
    return {"name": name, "query": _query_string(request, filters), "totals": group.totals}


def _query_string(request: Request, filters: dict[str, str]) -> str:
    """Return the current query with additional filters; empty if there are none."""
    if not filters:
        return ""
    query: QueryDict = request.GET.copy()
    query.pop("before", None)
    for name, value in filters.items():
        query[name] = value
    return query.urlencode()
