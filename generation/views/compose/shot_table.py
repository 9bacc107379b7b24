"""A table of shots: many takes from one paste, with one total and one confirmation."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from generation import lifecycle
from generation.composition.shot_table import COLUMNS
from generation.forms.shot_table import ShotTableForm
from generation.models import Batch, Shot
from generation.views.compose.shot_rows import Checked, check
from generation.views.shared.access import Request, project_to_edit
from library.models import Project

REFUSED = 422


@require_http_methods(["GET", "HEAD", "POST"])
def shot_table(request: Request, slug: str) -> HttpResponse:
    """Paste, look at what it comes to, generate. Nothing is queued that was not shown with its total."""
    project = project_to_edit(request, slug)
    if request.method != "POST":
        return _page(request, project, ShotTableForm())
    form = ShotTableForm(request.POST, request.FILES)
    table = form.read() if form.is_valid() else None
    if table is None or not table.rows:
        form.shown_again("")
        return _page(request, project, form, status=REFUSED)
    checked = check(request, project, table, form.left_out)
    asked = "queue" in request.POST
    refusal = _refusal(checked, form.cleaned_data["agreed"]) if asked else ""
    if asked and not refusal:
        try:
            return redirect(_queued(request, checked, form))
        except lifecycle.CannotQueue as error:
            refusal = str(error)
    form.shown_again(checked.agreed)
    return _page(request, project, form, checked, refusal=refusal, status=REFUSED if refusal else 200)


def _refusal(checked: Checked, agreed: str) -> str:
    if checked.refusal:
        return checked.refusal
    if agreed != checked.agreed:
        takes = f"{checked.count} take{'s' * (checked.count > 1)}"
        return f"It is {takes} for ${checked.total:.2f} now. Look at the rows, then press Generate again."
    return ""


@transaction.atomic
def _queued(request: Request, checked: Checked, form: ShotTableForm) -> Batch:
    """The batch; shots that have no title yet get the one of their row. A refusal undoes both."""
    batch = lifecycle.create_batch(
        by=request.user,
        project=checked.project,
        briefs=checked.briefs,
        form_key=form.cleaned_data["form_key"],
    )
    titles = {
        one.row.brief.shot: one.row.title for one in checked.rows if one.row.title and not one.is_left_out
    }
    untitled = list(Shot.objects.filter(project=checked.project, code__in=titles, title=""))
    for shot in untitled:
        shot.title = titles[shot.code]
    Shot.objects.bulk_update(untitled, ["title"])
    messages.success(request, f"{checked.count} take{'s are' if checked.count > 1 else ' is'} queued.")
    return batch


def _page(
    request: Request,
    project: Project,
    form: ShotTableForm,
    checked: Checked | None = None,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "project": project,
        "form": form,
        "checked": checked,
        "refusal": refusal,
        "columns": [name.replace("_", " ") for name in COLUMNS],
    }
    return render(request, "generation/compose/shot_table.html", context, status=status)
