"""A project's edit page and its team: who is in it, in which role. For owners."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from generation.forms import MemberForm, ProjectForm, RoleForm
from generation.reviews import paused_links
from generation.views.access import Request, project_to_own
from library import teams
from library.models import Membership, Project, Role

SHOWN = 200
REFUSED, STALE = 422, 409
Differences = list[tuple[str, str, str]]


def edit_page(
    request: Request, slug: str, *, differences: Differences | None = None, **forms: Any
) -> HttpResponse:
    """The page with its forms, of which one may have been refused, or was opened before somebody else saved
    (`differences`); the project is read anew, since such a form has left what was typed in its instance."""
    found = project_to_own(request, slug)
    context = {
        "project": found,
        "form": ProjectForm(instance=found),
        "member_form": MemberForm(project=found),
        "team": found.memberships.select_related("user")[:SHOWN],
        "roles": Role.choices,
        "differences": differences,
    } | forms
    refused = any(form.errors for form in forms.values())
    status = STALE if differences is not None else REFUSED if refused else 200
    return render(request, "generation/project_edit.html", context, status=status)


@require_POST
def member_add(request: Request, slug: str) -> HttpResponse:
    """Add somebody to the team."""
    found = project_to_own(request, slug)
    form = MemberForm(request.POST, project=found)
    if not form.is_valid():
        return edit_page(request, slug, member_form=form)
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
        return _after_change(request, found)
    role = Role(form.cleaned_data["role"])
    try:
        if teams.change_role(member, role):
            messages.success(request, f"{member.user} is {role.label.lower()} now.")
    except teams.LastOwner:
        messages.error(request, _needs_owner(member))
    paused_links.notify_owners()
    return _after_change(request, found)


@require_POST
def member_remove(request: Request, slug: str, pk: int) -> HttpResponse:
    """Take somebody out of the team; what they made stays."""
    found = project_to_own(request, slug)
    member = get_object_or_404(found.memberships.select_related("user"), pk=pk)
    try:
        teams.remove(member)
        messages.success(request, f"{member.user} is no longer in the team. Jobs and takes stay.")
    except teams.LastOwner:
        messages.error(request, _needs_owner(member))
    paused_links.notify_owners()
    return _after_change(request, found)


def _after_change(request: Request, found: Project) -> HttpResponse:
    """Back to the team, or to the list for an owner who has just stepped down."""
    if Project.objects.owned_by(request.user).filter(pk=found.pk).exists():
        return redirect("generation:project_edit", found.slug)
    return redirect("generation:projects")


def _needs_owner(member: Membership) -> str:
    return f"Nothing was changed: {member.user} is the only owner. Make somebody else an owner first."
