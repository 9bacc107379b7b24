"""Links from projects to assets, which follow the latest version or are pinned to one."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from library.models import Asset, AssetVersion, Project, ProjectAsset


class RestrictedToHome(Exception):
    """The asset is restricted to its home project. The message is shown to the user."""


class LinkedElsewhere(Exception):
    """Other projects link to the asset, so it cannot be restricted to one."""

    def __init__(self, projects: list[Project]) -> None:
        super().__init__(", ".join(map(str, projects)))
        self.projects = projects


def link_asset(asset: Asset, project: Project) -> ProjectAsset:
    """Link the asset, following its latest version, unless it is already linked. Raise RestrictedToHome."""
    with transaction.atomic():
        # The lock prevents a concurrent move to another home project.
        current = Asset.objects.select_for_update().get(pk=asset.pk)
        if not current.is_shared and current.home_project_id != project.pk:
            restricted = _("%(asset)s is restricted to %(project)s.")
            raise RestrictedToHome(restricted % {"asset": asset, "project": current.home_project})
        return ProjectAsset.objects.get_or_create(project=project, asset=current)[0]


def pin(link: ProjectAsset, version: AssetVersion | None) -> None:
    """Pin the project to a version of the asset, or let it follow the latest one (None)."""
    link.pinned_version = version
    link.save(update_fields=["pinned_version"])


def links_elsewhere(asset: Asset) -> QuerySet[ProjectAsset]:
    """Return the links of projects other than its home project."""
    return asset.links.exclude(project=asset.home_project_id) if asset.home_project_id else asset.links.all()


def move_home(asset: Asset, project: Project | None, *, is_shared: bool) -> None:
    """Update the links after a change of home or sharing, in the caller's transaction: the home project is linked, and
    a restricted asset has no other links. Raise LinkedElsewhere."""
    if not is_shared:
        others = links_elsewhere(asset).exclude(project=project).select_related("project")
        if others:
            raise LinkedElsewhere([link.project for link in others])
        asset.links.exclude(project=project).delete()
    if project:
        ProjectAsset.objects.get_or_create(project=project, asset=asset)
