"""The shot list page: many takes from one table, with one total and one confirmation."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from generation import lifecycle
from generation.composition.shot_table import COLUMNS
from generation.forms.shot_table import ShotTableForm
from generation.models import Batch, Shot
from generation.views.compose.shot_rows import CheckedTable, check
from generation.views.shared.access import Request, project_to_edit
from library.models import Project

INVALID = 422


@require_http_methods(["GET", "HEAD", "POST"])
def shot_table(request: Request, slug: str) -> HttpResponse:
    """Show, check or queue a shot list. Takes are queued only after their number and total were shown."""
    project = project_to_edit(request, slug)
    if request.method != "POST":
        return _page(request, project, ShotTableForm())
    form = ShotTableForm(request.POST, request.FILES)
    table = form.read() if form.is_valid() else None
    if table is None or not table.rows:
        form.redisplay("")
        return _page(request, project, form, status=INVALID)
    checked = check(request, project, table, form.skipped_rows)
    wants_queue = "queue" in request.POST
    refusal = _refusal(checked, form.cleaned_data["agreed"]) if wants_queue else ""
    if wants_queue and not refusal:
        try:
            return redirect(_queue(request, checked, form))
        except lifecycle.CannotQueue as error:
            refusal = str(error)
    form.redisplay(checked.agreed)
    return _page(request, project, form, checked, refusal=refusal, status=INVALID if refusal else 200)


def _refusal(checked: CheckedTable, agreed: str) -> str:
    """Return why the takes cannot be queued; empty if they can."""
    if checked.refusal:
        return checked.refusal
    if agreed != checked.agreed:
        message = ngettext(
            "The total is now $%(total)s for %(count)s take. Check the rows, then select Generate again.",
            "The total is now $%(total)s for %(count)s takes. Check the rows, then select Generate again.",
            checked.count,
        )
        return message % {"total": f"{checked.total:.2f}", "count": checked.count}
    return ""


@transaction.atomic
def _queue(request: Request, checked: CheckedTable, form: ShotTableForm) -> Batch:
    """Create the batch, and set the titles of shots that have none; all or nothing."""
    batch = lifecycle.create_batch(
        by=request.user,
        project=checked.project,
        take_requests=checked.take_requests,
        form_key=form.cleaned_data["form_key"],
    )
    titles = {
        one.row.take_request.shot: one.row.title
        for one in checked.rows
        if one.row.title and not one.is_skipped
    }
    untitled = list(Shot.objects.filter(project=checked.project, code__in=titles, title=""))
    for shot in untitled:
        shot.title = titles[shot.code]
    Shot.objects.bulk_update(untitled, ["title"])
    message = ngettext("%(count)s take queued.", "%(count)s takes queued.", checked.count)
    messages.success(request, message % {"count": checked.count})
    return batch


def _page(
    request: Request,
    project: Project,
    form: ShotTableForm,
    checked: CheckedTable | None = None,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "project": project,
        "form": form,
        "checked": checked,
        "refusal": refusal,
        "columns": ", ".join(name.replace("_", " ") for name in COLUMNS),
    }
    return render(request, "generation/compose/shot_table.html", context, status=status)
