"""Changes to project teams, which must keep an owner who can log in.

Every change that could remove a project's last owner goes through this module, whatever page it comes from. It locks
the project's row, so that the second of two concurrent changes sees the result of the first.
"""

from collections.abc import Collection, Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library.models import Membership, Project, Role

NAMED = 3


class LastOwner(Exception):
    """Nothing was changed: these projects would be left without an owner. The message is shown to the user."""

    def __init__(self, projects: Collection[Project]) -> None:
        self.projects = list(projects)
        super().__init__(_message(self.projects))


@transaction.atomic
def change_role(member: Membership, role: Role) -> bool:
    """Change a member's role; return False if they have left the team. Raise LastOwner."""
    hold(member.project)
    if role != Role.OWNER:
        _check_owner_remains(member.project, without=[member.user_id])
    return bool(Membership.objects.filter(pk=member.pk).update(role=role))


@transaction.atomic
def remove(member: Membership) -> None:
    """Remove a member from the team, if they are still in it. Raise LastOwner."""
    hold(member.project)
    _check_owner_remains(member.project, without=[member.user_id])
    Membership.objects.filter(pk=member.pk).delete()


def hold(project: Project) -> None:
    """Lock the project's row until the end of the transaction, to serialize changes of its team."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def check_owners_after(project: Project, owners: Iterable[int]) -> None:
    """Check the future owners (user keys) of a team whose project the caller has locked. A team that has no owner yet
    may stay without one. Raise LastOwner."""
    remain = User.objects.filter(pk__in=list(owners), is_active=True).exists()
    if not remain and _active_owners(project).exists():
        raise LastOwner([project])


def check_departure(users: Iterable[User]) -> None:
    """Check that these users' accounts may be deactivated or deleted together, and lock the rows of their projects
    until the end of the transaction. Raise LastOwner.

    A project in which they are the only members may lose its owner: no other member is affected, and administrators
    can still access it. Accounts that are already inactive are ignored.
    """
    leaving = {user.pk for user in users}
    lost = [project for project in _locked_projects_owned_by(leaving) if _would_be_orphaned(project, leaving)]
    if lost:
        raise LastOwner(lost)


def orphaned_by(users: Iterable[User]) -> list[Project]:
    """Return the projects for which `check_departure` would raise, without locking anything."""
    leaving = {user.pk for user in users}
    owned = Project.objects.filter(pk__in=_owned_by(leaving)).order_by("pk")
    return [project for project in owned if _would_be_orphaned(project, leaving)]


def _would_be_orphaned(project: Project, leaving: set[int]) -> bool:
    stays = project.memberships.exclude(user__in=leaving)
    return stays.exists() and not stays.filter(role=Role.OWNER, user__is_active=True).exists()


def _check_owner_remains(project: Project, *, without: Collection[int]) -> None:
    """Raise LastOwner if one of these users is an owner and no other owner is left."""
    owners = _active_owners(project)
    leaves = project.memberships.filter(role=Role.OWNER, user__in=without).exists()
    if leaves and not owners.exclude(user__in=without).exists():
        raise LastOwner([project])


def _active_owners(project: Project) -> QuerySet:
    return project.memberships.filter(role=Role.OWNER, user__is_active=True)


def _locked_projects_owned_by(users: set[int]) -> list[Project]:
    held = Project.objects.select_for_update(no_key=True).filter(pk__in=_owned_by(users))
    # In a fixed order, so that two concurrent departures do not deadlock.
    return list(held.order_by("pk"))


def _owned_by(users: set[int]) -> QuerySet:
    owners = Membership.objects.filter(user__in=users, role=Role.OWNER, user__is_active=True)
    return owners.order_by().values("project")


def _message(projects: list[Project]) -> str:
    names = ", ".join(str(project) for project in projects[:NAMED])
    more = len(projects) - NAMED
    if more > 0:
        names = ngettext(
            "%(names)s and %(count)d more project", "%(names)s and %(count)d more projects", more
        ) % {"names": names, "count": more}
    return _(
        "Nothing was changed: %(projects)s would have no owner any more. Make somebody else an owner first."
    ) % {"projects": names}
