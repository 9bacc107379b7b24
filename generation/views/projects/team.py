"""A project's edit page and its team: who is in it, in which role. For owners."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from generation.forms import MemberForm, ProjectForm, RoleForm
from generation.reviews.sharing import paused_links
from generation.spending_limits import personal_budget_of, spent_by_members
from generation.templatetags.money import usd
from generation.views.shared.access import Request, project_to_own
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
        "form": ProjectForm(instance=found, by=request.user),
        "member_form": MemberForm(project=found),
        "team": _team(found),
        "personal": personal_budget_of(found),
        "roles": Role.choices,
        "differences": differences,
    } | forms
    refused = any(form.errors for form in forms.values())
    status = STALE if differences is not None else REFUSED if refused else 200
    return render(request, "generation/projects/project_edit.html", context, status=status)


def _team(found: Project) -> list[Membership]:
    """The members, each with what they have spent or reserved this month."""
    members = list(found.memberships.select_related("user")[:SHOWN])
    spent = spent_by_members(found)
    for member in members:
        member.spent_usd = spent.get(member.user_id, Decimal(0))  # type: ignore[attr-defined]
    return members


@require_POST
def member_add(request: Request, slug: str) -> HttpResponse:
    """Add somebody to the team."""
    found = project_to_own(request, slug)
    form = MemberForm(request.POST, project=found)
    if not form.is_valid():
        return edit_page(request, slug, member_form=form)
    person, role = form.cleaned_data["username"], form.cleaned_data["role"]
    defaults = {"role": role, "monthly_limit_usd": form.cleaned_data["monthly_limit_usd"]}
    Membership.objects.get_or_create(project=found, user=person, defaults=defaults)
    messages.success(request, f"{person} is in the team as {Role(role).label.lower()}.")
    return redirect("generation:project_edit", slug)


@require_POST
def member_change(request: Request, slug: str, pk: int) -> HttpResponse:
    """Give a member another role; a project keeps an owner."""
    found = project_to_own(request, slug)
    member = get_object_or_404(found.memberships.select_related("user"), pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        problems = " ".join(str(text) for texts in form.errors.values() for text in texts)
        messages.error(request, _("Nothing was changed. {problems}").format(problems=problems))
        return _after_change(request, found)
    try:
        if _change(member, form):
            messages.success(request, _changed(member, form))
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


@transaction.atomic
def _change(member: Membership, form: RoleForm) -> bool:
    """Set a member's role, and the monthly limit if one was sent; return False if they left in the meantime. Raise
    LastOwner."""
    is_there = teams.change_role(member, Role(form.cleaned_data["role"]))
    if is_there and form.limit:
        Membership.objects.filter(pk=member.pk).update(**form.limit)
    return is_there


def _changed(member: Membership, form: RoleForm) -> str:
    role = str(Role(form.cleaned_data["role"]).label).lower()
    limit = form.limit.get("monthly_limit_usd", member.monthly_limit_usd)
    if limit is None:
        return _("{user} is now {role}.").format(user=member.user, role=role)
    text = _("{user} is now {role} and may spend {limit} a month in this project.")
    return text.format(user=member.user, role=role, limit=usd(limit))


def _after_change(request: Request, found: Project) -> HttpResponse:
    """Back to the team, or to the list for an owner who has just stepped down."""
    if Project.objects.owned_by(request.user).filter(pk=found.pk).exists():
        return redirect("generation:project_edit", found.slug)
    return redirect("generation:projects")


def _needs_owner(member: Membership) -> str:
    return f"Nothing was changed: {member.user} is the only owner. Make somebody else an owner first."
