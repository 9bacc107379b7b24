"""Teams of projects: who is in one, and that it keeps an owner who can log in.

Every change that could take a project its last owner runs through here, whatever page it comes from. It holds the
project's row, so that of two changes at once the second sees what the first did.
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
    """Nothing was changed: these projects would be left without an owner. The message is a sentence for users."""

    def __init__(self, projects: Collection[Project]) -> None:
        self.projects = list(projects)
        super().__init__(_message(self.projects))


@transaction.atomic
def change_role(member: Membership, role: Role) -> bool:
    """Give a member another role; False when they left the team meanwhile. Raises LastOwner."""
    hold(member.project)
    if role != Role.OWNER:
        _check_owner_remains(member.project, without=[member.user_id])
    return bool(Membership.objects.filter(pk=member.pk).update(role=role))


@transaction.atomic
def remove(member: Membership) -> None:
    """Take a member out of the team; one who has left it meanwhile is no error. Raises LastOwner."""
    hold(member.project)
    _check_owner_remains(member.project, without=[member.user_id])
    Membership.objects.filter(pk=member.pk).delete()


def hold(project: Project) -> None:
    """Hold the project's row until the end of the transaction: changes of its team come one after the other."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def check_owners_after(project: Project, owners: Iterable[int]) -> None:
    """Check the owners (keys of users) that a team, which the caller holds, is about to have. One without an owner
    before may go on without. Raises LastOwner."""
    remain = User.objects.filter(pk__in=list(owners), is_active=True).exists()
    if not remain and _active_owners(project).exists():
        raise LastOwner([project])


def check_departure(users: Iterable[User]) -> None:
    """Check that these users' accounts may be deactivated or deleted together, and hold the rows of their projects
    until the end of the transaction. Raises LastOwner.

    A project in which they are the only members goes with them: nobody in it is left without an owner, and
    administrators still reach it. Accounts that are inactive already count for nothing.
    """
    leaving = {user.pk for user in users}
    lost = [project for project in _locked_projects_owned_by(leaving) if _would_be_orphaned(project, leaving)]
    if lost:
        raise LastOwner(lost)


def orphaned_by(users: Iterable[User]) -> list[Project]:
    """Return the projects for which `check_departure` would refuse, without holding anything."""
    leaving = {user.pk for user in users}
    owned = Project.objects.filter(pk__in=_owned_by(leaving)).order_by("pk")
    return [project for project in owned if _would_be_orphaned(project, leaving)]


def _would_be_orphaned(project: Project, leaving: set[int]) -> bool:
    stays = project.memberships.exclude(user__in=leaving)
    return stays.exists() and not stays.filter(role=Role.OWNER, user__is_active=True).exists()


def _check_owner_remains(project: Project, *, without: Collection[int]) -> None:
    """Raises LastOwner when one of these users is an owner and no other is left."""
    owners = _active_owners(project)
    leaves = project.memberships.filter(role=Role.OWNER, user__in=without).exists()
    if leaves and not owners.exclude(user__in=without).exists():
        raise LastOwner([project])


def _active_owners(project: Project) -> QuerySet:
    return project.memberships.filter(role=Role.OWNER, user__is_active=True)


def _locked_projects_owned_by(users: set[int]) -> list[Project]:
    held = Project.objects.select_for_update(no_key=True).filter(pk__in=_owned_by(users))
    # In one order, so that two departures at once do not wait for each other.
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
