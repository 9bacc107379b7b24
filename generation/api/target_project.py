"""The project of a job: the one that a request names, else the token's, else the user's personal project."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import transaction

from generation.api.authentication import Caller
from generation.forms import save_with_free_slug
from generation.models import PersonalProject, Shot
from library.models import Membership, Project, Role


@contextmanager
def target_project(caller: Caller, slug: str, *, is_dry: bool = False) -> Iterator[Project]:
    """Return the project of a job, which the caller may edit. Raise NotFound, Forbidden.

    The personal project is created when it is first needed. It is rolled back when the block raises, and in any case
    with `is_dry`, so that dry runs and refused requests create nothing.
    """
    named = slug or (caller.token.project.slug if caller.token.project else "")
    found = caller.project_to_edit(named) if named else _personal_project(caller.user)
    if found:
        yield found
        return
    with transaction.atomic():
        yield _new_personal_project(caller.user)
        if is_dry:
            transaction.set_rollback(True)


def default_project(caller: Caller) -> Project | None:
    """Return the project of requests that name none; None if the personal project does not exist yet.

    Raise NotFound for a project that the token's user may no longer see.
    """
    if caller.token.project:
        return caller.project(caller.token.project.slug)
    return _personal_project(caller.user)


def shot_of(project: Project, code: str) -> Shot | None:
    """Return the shot with this code, created if necessary; None for an empty code."""
    return Shot.objects.get_or_create(project=project, code=code)[0] if code else None


def _personal_project(user: User) -> Project | None:
    found = PersonalProject.objects.select_related("project").filter(user=user).first()
    return found.project if found else None


def _new_personal_project(user: User) -> Project:
    # Locked, so that two concurrent first requests create one project; jobs of this user can still be written.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if found := _personal_project(user):
        return found
    name = user.get_username()
    project = Project(
        name=f"{name}: own takes"[:120],
        description="Takes of API requests that name no project.",
        charged_to=user,
    )
    save_with_free_slug(project, f"{name} own")
    Membership.objects.create(project=project, user=user, role=Role.OWNER)
    PersonalProject.objects.create(user=user, project=project)
    return project
