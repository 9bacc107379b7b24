"""Projects: the list, one project's page, and what its owners may change."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from generation.forms import MemberForm, ProjectForm, RoleForm
from generation.models import Job, LedgerEntry, Take
from generation.views import live
from generation.views.access import Request, project_to_own, project_to_see
from generation.views.paging import page_of
from library.models import Asset, Membership, Project, Role

SIZE, SHOTS, TAKES, JOBS, ASSETS, TEAM = 24, 100, 12, 12, 60, 200


@require_GET
def projects(request: Request) -> HttpResponse:
    """The projects that the user is a member of, the newest first."""
    rows = Project.objects.visible_to(request.user).annotate(
        poster_key=_newest_poster(project=OuterRef("pk")),
        take_count=_count(Take, "project"),
        member_count=_count(Membership, "project"),
    )
    page = page_of(rows, request.GET.get("before"), size=SIZE)
    return render(request, "generation/projects.html", {"projects": page.items, "next": page.next})


@require_http_methods(["GET", "POST"])
def project_new(request: Request) -> HttpResponse:
    """A new project; who makes it owns it."""
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = form.create(request.user)
        messages.success(request, f"{made} is open. Add its people and its assets, then make the first take.")
        return redirect(made)
    return render(request, "generation/project_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def project(request: Request, slug: str) -> HttpResponse:
    """A project's shots, takes, assets, team and money."""
    found = project_to_see(request, slug)
    jobs = list(found.jobs.filter(status__in=Job.IN_HAND).select_related("project", "shot")[:JOBS])
    context: dict[str, Any] = {
        "project": found,
        "jobs": jobs,
        "in_hand": bool(jobs),
        "mark": live.mark(jobs),
        "live_url": live.address(request),
    }
    if live.is_refresh(request):
        return live.refresh(request, "generation/_running.html", context)
    return render(request, "generation/project.html", context | _contents(request, found))


@require_http_methods(["GET", "POST"])
def project_edit(request: Request, slug: str) -> HttpResponse:
    """Name, description and budget, and the team; for owners."""
    found = project_to_own(request, slug)
    form = ProjectForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        messages.success(request, f"{form.save()} is saved.")
        return redirect(found)
    return _edit_page(request, slug, form=form)


@require_POST
def member_add(request: Request, slug: str) -> HttpResponse:
    """Add somebody to the team."""
    found = project_to_own(request, slug)
    form = MemberForm(request.POST, project=found)
    if not form.is_valid():
        return _edit_page(request, slug, member_form=form)
    person, role = form.cleaned_data["username"], form.cleaned_data["role"]
    Membership.objects.get_or_create(project=found, user=person, defaults={"role": role})
    messages.success(request, f"{person} is in the team as {Role(role).label.lower()}.")
    return redirect("generation:project_edit", slug)


@require_POST
def member_change(request: Request, slug: str, pk: int) -> HttpResponse:
    """Give a member another role; a project keeps an owner."""
    found = project_to_own(request, slug)
    member = get_object_or_404(found.memberships.select_related("user"), pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was changed: choose one of the roles.")
    elif form.cleaned_data["role"] != Role.OWNER and not _others_own(found, member):
        messages.error(request, _needs_owner(member))
    else:
        found.memberships.filter(pk=pk).update(role=form.cleaned_data["role"])
        messages.success(request, f"{member.user} is {Role(form.cleaned_data['role']).label.lower()} now.")
    return _after_change(request, found)


@require_POST
def member_remove(request: Request, slug: str, pk: int) -> HttpResponse:
    """Take somebody out of the team; what they made stays."""
    found = project_to_own(request, slug)
    member = get_object_or_404(found.memberships.select_related("user"), pk=pk)
    if not _others_own(found, member):
        messages.error(request, _needs_owner(member))
    else:
        member.delete()
        messages.success(request, f"{member.user} is no longer in the team. Jobs and takes stay.")
    return _after_change(request, found)


def _contents(request: Request, found: Project) -> dict[str, Any]:
    assets = Asset.objects.visible_to(request.user).active().select_related("cover")
    committed = LedgerEntry.objects.filter(project=found).committed()
    budget = found.budget_usd
    return {
        "shots": list(_shots(found)),
        "takes": found.takes.for_cards()[:TAKES],
        "assets": assets.filter(Q(home_project=found) | Q(links__project=found)).distinct()[:ASSETS],
        "team": found.memberships.select_related("user")[:TEAM],
        "committed": committed,
        "budget_left": None if budget is None else budget - committed,
        "can_edit": Project.objects.editable_by(request.user).filter(pk=found.pk).exists(),
        "can_own": Project.objects.owned_by(request.user).filter(pk=found.pk).exists(),
    }


def _shots(found: Project) -> QuerySet[Any]:
    return found.shots.annotate(
        take_count=_count(Take, "shot"), poster_key=_newest_poster(shot=OuterRef("pk"))
    )[:SHOTS]


def _edit_page(request: Request, slug: str, **forms: Any) -> HttpResponse:
    """Read anew: a refused form has left what was typed in its instance."""
    found = project_to_own(request, slug)
    context = {
        "project": found,
        "form": ProjectForm(instance=found),
        "member_form": MemberForm(project=found),
        "team": found.memberships.select_related("user")[:TEAM],
        "roles": Role.choices,
    } | forms
    refused = any(form.errors for form in forms.values())
    return render(request, "generation/project_edit.html", context, status=422 if refused else 200)


def _after_change(request: Request, found: Project) -> HttpResponse:
    """Back to the team, or to the list for an owner who has just stepped down."""
    if Project.objects.owned_by(request.user).filter(pk=found.pk).exists():
        return redirect("generation:project_edit", found.slug)
    return redirect("generation:projects")


def _others_own(found: Project, member: Membership) -> bool:
    return found.memberships.filter(role=Role.OWNER).exclude(pk=member.pk).exists()


def _needs_owner(member: Membership) -> str:
    return f"Nothing was changed: {member.user} is the only owner. Make somebody else an owner first."


def _newest_poster(**of: Any) -> Subquery:
    return Subquery(Take.objects.filter(**of).order_by("-pk").values("poster_key")[:1])


def _count(model: type[Take | Membership], field: str) -> Coalesce:
    rows = model.objects.filter(**{field: OuterRef("pk")}).order_by().values(field)
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)
