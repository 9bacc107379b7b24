"""Which projects use an asset: links that follow the latest version or are pinned to one."""

from django.db import transaction
from django.db.models import QuerySet

from library.models import Asset, AssetVersion, Project, ProjectAsset


class KeptAtHome(Exception):
    """The asset is kept to its home project: share it first."""


class LinkedElsewhere(Exception):
    """Other projects link the asset, so it cannot be kept to one: unlink it there first."""

    def __init__(self, projects: list[Project]) -> None:
        super().__init__(", ".join(map(str, projects)))
        self.projects = projects


def link_asset(asset: Asset, project: Project) -> ProjectAsset:
    """Links the asset, following its latest version; linked already, it stays as it is. Raises KeptAtHome."""
    with transaction.atomic():
        # The lock keeps a move to another home from passing by.
        current = Asset.objects.select_for_update().get(pk=asset.pk)
        if not current.is_shared and current.home_project_id != project.pk:
            raise KeptAtHome(f"{asset} is kept to {current.home_project}.")
        return ProjectAsset.objects.get_or_create(project=project, asset=current)[0]


def pin(link: ProjectAsset, version: AssetVersion | None) -> None:
    """Pins the project to a version of the asset, or lets it follow the latest one (None)."""
    link.pinned_version = version
    link.save(update_fields=["pinned_version"])


def links_elsewhere(asset: Asset) -> QuerySet[ProjectAsset]:
    """The links of projects that are not its home."""
    return asset.links.exclude(project=asset.home_project_id) if asset.home_project_id else asset.links.all()


def move_home(asset: Asset, project: Project | None, *, is_shared: bool) -> None:
    """Brings the links in line with a new home or sharing, inside the caller's transaction: the home is linked, and
    an asset that is kept to it is linked nowhere else. Raises LinkedElsewhere."""
    if not is_shared:
        others = links_elsewhere(asset).exclude(project=project).select_related("project")
        if others:
            raise LinkedElsewhere([link.project for link in others])
        asset.links.exclude(project=project).delete()
    if project:
        ProjectAsset.objects.get_or_create(project=project, asset=asset)
