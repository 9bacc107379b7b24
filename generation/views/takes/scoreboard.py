"""The scoreboard: approval rate and cost by asset, model and user."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from generation.composition.take_settings import MODEL_LABELS
from generation.forms.scoreboard import ScoreForm
from generation.reviews.reports import scores
from generation.reviews.reports.score_plots import plot
from generation.reviews.reports.scores import Grouping, Score
from generation.views.shared.access import Request
from generation.views.shared.pagination import query_text
from library.models import Asset

TABS = {Grouping.HANDLE: _("Assets"), Grouping.MODEL: _("Models"), Grouping.PERSON: _("Users")}
MODELS = {str(model): label for model, label in MODEL_LABELS.items()}


@require_safe
def scoreboard(request: Request) -> HttpResponse:
    """Show the scores of the projects that the user may see; optionally of one project and one month."""
    form = ScoreForm(request.GET, user=request.user)
    tab = query_text(request, "by")
    by = Grouping(tab) if tab in TABS else Grouping.HANDLE
    context: dict[str, Any] = {"form": form, "tabs": TABS, "by": by}
    if not form.is_valid():
        return render(request, "generation/takes/scoreboard.html", context, status=422)
    chosen = form.chosen()
    found = [_with_name(by, score) for score in scores.scores(request.user, by=by, chosen=chosen)]
    context |= {
        "scores": found,
        "linked_handles": _linked_handles(request, found) if by is Grouping.HANDLE else {},
        "bars": plot(found),
        "total": scores.total(request.user, chosen),
        "is_cut": len(found) == scores.MOST_SCORES,
    }
    return render(request, "generation/takes/scoreboard.html", context)


def _with_name(by: Grouping, score: Score) -> Score:
    """Return the score with its name for users."""
    name = {Grouping.HANDLE: f"@{score.name}", Grouping.MODEL: str(MODELS.get(score.name, score.name))}
    return replace(score, name=name.get(by, score.name))


def _linked_handles(request: Request, found: list[Score]) -> dict[int, str]:
    """Return the handles of assets that the user may open; a job may use one that belongs to another project."""
    assets = Asset.objects.visible_to(request.user).filter(pk__in=[score.key for score in found])
    return dict(assets.order_by().values_list("pk", "handle"))
