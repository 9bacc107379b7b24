"""Moving an asset between everyone and a project, said in words before it is done."""

from collections.abc import Sequence

from django.contrib.auth.models import User

from library.models import Asset, Project

SHOWN = 5


def move_told(asset: Asset, project: Project | None, is_shared: bool) -> str:
    """What the change of home or sharing means; empty when neither changes who may use the asset."""
    if is_shared and not asset.is_shared:
        return f"Nothing is saved yet. Until now only {asset.home_project} may use {asset}; from now on everyone may."
    if not is_shared and asset.is_shared:
        return f"Nothing is saved yet. Until now everyone may use {asset}; from now on only {project} may."
    if not is_shared and asset.home_project != project:
        return f"Nothing is saved yet. {asset} leaves {asset.home_project}; from now on only {project} may use it."
    return ""


def links_told(user: User, projects: Sequence[Project]) -> str:
    """Which projects stand in the way; those that the user may not see are counted."""
    wanted = [project.pk for project in projects]
    seen = [str(project) for project in Project.objects.visible_to(user).filter(pk__in=wanted)]
    shown = seen[:SHOWN]
    if more := len(projects) - len(shown):
        shown.append(f"{more} more project{'s' if more > 1 else ''}" if shown else _unseen(more))
    verb = "links" if len(projects) == 1 else "link"
    return f"{' and '.join(shown)} {verb} it. Unlink it there first, or let everyone use it."


def _unseen(count: int) -> str:
    return "A project that you may not see" if count == 1 else f"{count} projects that you may not see"
