"""Where a job goes: the project that a request names, else the token's own, else its person's own."""

from django.contrib.auth.models import User
from django.db import transaction

from generation.api.callers import Caller
from generation.forms import free_slug
from generation.models import PersonalProject, Shot
from library.models import Membership, Project, Role


def project_for(caller: Caller, slug: str) -> Project:
    """The project to make things in. Raises NotFound, Forbidden."""
    if slug:
        return caller.project_to_edit(slug)
    if caller.token.project:
        return caller.project_to_edit(caller.token.project.slug)
    return caller.project_to_edit(personal_project(caller.user).slug)


def personal_project(user: User) -> Project:
    """The person's own project, which is made when it is needed for the first time."""
    found = PersonalProject.objects.select_related("project").filter(user=user).first()
    return found.project if found else _new_personal_project(user)


def shot_of(project: Project, code: str) -> Shot | None:
    """The shot with this code, made if need be; none for an empty code."""
    return Shot.objects.get_or_create(project=project, code=code)[0] if code else None


@transaction.atomic
def _new_personal_project(user: User) -> Project:
    # Locked, so that two first requests at once make one project.
    User.objects.select_for_update().get(pk=user.pk)
    found = PersonalProject.objects.select_related("project").filter(user=user).first()
    if found:
        return found.project
    name = user.get_username()
    project = Project.objects.create(
        name=f"{name}: own takes"[:120],
        slug=free_slug(f"{name} own"),
        description="Where takes go for which a program named no project.",
    )
    Membership.objects.create(project=project, user=user, role=Role.OWNER)
    PersonalProject.objects.create(user=user, project=project)
    return project
