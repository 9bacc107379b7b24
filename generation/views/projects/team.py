"""A project's edit page, and its members with their roles and limits; for owners."""

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
    """Render the edit page. `forms` may contain a form with errors; `differences` are set after a concurrent change.

    The project is read again, since an invalid form has modified its instance.
    """
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
    """Return the members, each with the amount spent or reserved this month."""
    members = list(found.memberships.select_related("user")[:SHOWN])
    spent = spent_by_members(found)
    for member in members:
        member.spent_usd = spent.get(member.user_id, Decimal(0))  # type: ignore[attr-defined]
    return members


@require_POST
def member_add(request: Request, slug: str) -> HttpResponse:
    """Add a member to the team."""
    found = project_to_own(request, slug)
    form = MemberForm(request.POST, project=found)
    if not form.is_valid():
        return edit_page(request, slug, member_form=form)
    user, role = form.cleaned_data["username"], form.cleaned_data["role"]
    defaults = {"role": role, "monthly_limit_usd": form.cleaned_data["monthly_limit_usd"]}
    Membership.objects.get_or_create(project=found, user=user, defaults=defaults)
    text = _("%(name)s was added with the role %(role)s.")
    messages.success(request, text % {"name": user, "role": Role(role).label})
    return redirect("generation:project_edit", slug)


@require_POST
def member_change(request: Request, slug: str, pk: int) -> HttpResponse:
    """Change a member's role and limit; the last owner must stay one."""
    found = project_to_own(request, slug)
    member = get_object_or_404(found.memberships.select_related("user"), pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        problems = " ".join(str(text) for texts in form.errors.values() for text in texts)
        messages.error(request, _("Nothing was changed. %(problems)s") % {"problems": problems})
        return _after_change(request, found)
    try:
        if _change(member, form):
            messages.success(request, _changed_message(member, form))
    except teams.LastOwner:
        messages.error(request, _needs_owner(member))
    paused_links.notify_owners()
    return _after_change(request, found)


@require_POST
def member_remove(request: Request, slug: str, pk: int) -> HttpResponse:
    """Remove a member from the team; their jobs and takes are kept."""
    found = project_to_own(request, slug)
    member = get_object_or_404(found.memberships.select_related("user"), pk=pk)
    try:
        teams.remove(member)
        text = _("%(name)s was removed from the team. Their jobs and takes are kept.")
        messages.success(request, text % {"name": member.user})
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


def _changed_message(member: Membership, form: RoleForm) -> str:
    values = {"name": member.user, "role": Role(form.cleaned_data["role"]).label}
    limit = form.limit.get("monthly_limit_usd", member.monthly_limit_usd)
    if limit is None:
        return _("%(name)s now has the role %(role)s.") % values
    text = _("%(name)s now has the role %(role)s and a limit of %(limit)s a month in this project.")
    return text % {**values, "limit": usd(limit)}


def _after_change(request: Request, found: Project) -> HttpResponse:
    """Redirect to the team, or to the projects if the user is no longer an owner."""
    if Project.objects.owned_by(request.user).filter(pk=found.pk).exists():
        return redirect("generation:project_edit", found.slug)
    return redirect("generation:projects")


def _needs_owner(member: Membership) -> str:
    text = _("%(name)s is the only owner. Make another member an owner first. Nothing was changed.")
    return text % {"name": member.user}
