"""The list of projects, a project's page and its edit page."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from generation import lifecycle, spending_limits
from generation.forms import ProjectForm, StaleProject
from generation.forms.projects import ONLY_ADMINISTRATORS_OPEN
from generation.ledger import budget_of
from generation.models import Job, Production, Take
from generation.reviews.verdicts.review_state import with_review_state
from generation.spending_limits import Limit
from generation.views.jobs import controls
from generation.views.projects import team
from generation.views.shared import polling_fragments
from generation.views.shared.access import Request, project_to_own, project_to_see
from generation.views.shared.pagination import page_of, query_text
from library import ingest
from library.models import Asset, Membership, Project, ProjectAsset
from library.models.projects import may_open_projects

SIZE, SHOTS, TAKES, JOBS, ASSETS = 24, 100, 12, 12, 60


@require_GET
def projects(request: Request) -> HttpResponse:
    """List the user's projects, newest first."""
    rows = Project.objects.visible_to(request.user).annotate(
        poster_key=_newest_poster(project=OuterRef("pk")),
        take_count=_count(Take, "project"),
        member_count=_count(Membership, "project"),
    )
    page = page_of(rows, request.GET.get("before"), size=SIZE)
    context = {
        "projects": page.items,
        "next": page.next,
        "may_open_projects": may_open_projects(request.user),
    }
    return render(request, "generation/projects/projects.html", context)


@require_http_methods(["GET", "POST"])
def project_new(request: Request) -> HttpResponse:
    """Create a project, owned by its creator and charged to their personal budget unless they are an administrator."""
    if not may_open_projects(request.user):
        raise PermissionDenied(ONLY_ADMINISTRATORS_OPEN)
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        created = form.create(request.user)
        text = _("%(project)s created. Add members and assets, then create the first take.")
        messages.success(request, text % {"project": created})
        return redirect(created)
    user = request.user
    personal = None if user.is_superuser else spending_limits.personal(user.pk, user.get_username())
    context = {"form": form, "personal": personal}
    return render(
        request, "generation/projects/project_new.html", context, status=422 if form.errors else 200
    )


@require_GET
def project(request: Request, slug: str) -> HttpResponse:
    """Show a project's shots, takes, assets, team and spending."""
    found = project_to_see(request, slug)
    jobs = list(found.jobs.filter(status__in=Job.Status.active).select_related("project", "shot")[:JOBS])
    etas = lifecycle.estimate_etas(jobs)
    context: dict[str, Any] = {
        "project": found,
        "jobs": jobs,
        "etas": etas,
        "in_hand": bool(jobs),
        "mark": polling_fragments.mark(jobs, controls.eta_texts(etas)),
        "live_url": polling_fragments.base_url(request),
    }
    if polling_fragments.is_refresh(request):
        return polling_fragments.refresh(request, "generation/jobs/_running.html", context)
    return render(request, "generation/projects/project.html", context | _contents(request, found))


@require_http_methods(["GET", "POST"])
def project_edit(request: Request, slug: str) -> HttpResponse:
    """Edit a project and its team; for owners. After a concurrent change, show both versions and save nothing."""
    found = project_to_own(request, slug)
    form = ProjectForm(request.POST or None, instance=found, by=request.user)
    if request.method != "POST" or not form.is_valid():
        return team.edit_page(request, slug, form=form)
    try:
        saved = form.change(request.user)
    except StaleProject as stale:
        form.take_over(stale.current)
        return team.edit_page(request, slug, form=form, differences=form.differences(stale.current))
    messages.success(request, _("%(project)s saved.") % {"project": saved})
    return redirect(found)


def _contents(request: Request, found: Project) -> dict[str, Any]:
    shots = list(_shots(found, after=query_text(request, "shots")))
    assets = page_of(_assets(request, found), request.GET.get("assets"), size=ASSETS)
    return {
        "shots": shots[:SHOTS],
        "more_shots": shots[SHOTS - 1].code if len(shots) > SHOTS else "",
        "takes": found.takes.wanted().for_cards()[:TAKES],
        "production": Production.objects.select_related("paused_by").filter(project=found).first(),
        "assets": assets.items,
        "more_assets": assets.next,
        "team": found.memberships.select_related("user")[: team.SHOWN],
        "budget": budget_of(found),
        "limits": [
            one for one in spending_limits.allowances(request.user, found) if one.limit != Limit.PROJECT
        ],
        "storage": ingest.usage_of_project(found),
        "can_edit": Project.objects.editable_by(request.user).filter(pk=found.pk).exists(),
        "can_own": Project.objects.owned_by(request.user).filter(pk=found.pk).exists(),
    }


def _assets(request: Request, found: Project) -> QuerySet[Asset]:
    """Return the assets that belong or are linked to the project, with the version that it uses."""
    links = ProjectAsset.objects.filter(project=found, asset=OuterRef("pk"))
    seen = Asset.objects.visible_to(request.user).active().select_related("cover", "current_version")
    return seen.annotate(
        is_linked=Exists(links), pinned_to=Subquery(links.values("pinned_version__number"))
    ).filter(Q(home_project=found) | Q(is_linked=True))


def _shots(found: Project, *, after: str) -> QuerySet[Any]:
    """Return the shots after a code, in order; one more than a page shows."""
    return with_review_state(found.shots.filter(code__gt=after)).annotate(
        take_count=_count(Take, "shot"), poster_key=_newest_poster(shot=OuterRef("pk"))
    )[: SHOTS + 1]


def _newest_poster(**of: Any) -> Subquery:
    return Subquery(Take.objects.wanted().filter(**of).order_by("-pk").values("poster_key")[:1])


def _count(model: type[Take | Membership], field: str) -> Coalesce:
    rows = model.objects.filter(**{field: OuterRef("pk")}).order_by().values(field)
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)
