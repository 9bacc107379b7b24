"""One change to many assets. Every function takes assets that the user was allowed to choose and says how many it
changed; each is one short transaction."""

from collections.abc import Collection as Some
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from library.ingest.tags import tags_named
from library.models import Asset, AssetTag, Collection, Project, ProjectAsset
from library.models.assets import AssetQuerySet
from library.models.search import refresh_search


def tag_many(assets: Some[Asset], names: Iterable[str]) -> int:
    """Gives every asset these tags beside those that it has."""
    with transaction.atomic():
        tags = tags_named(names)
        links = [AssetTag(content_object=asset, tag=tag) for asset in assets for tag in tags]
        AssetTag.objects.bulk_create(links, ignore_conflicts=True)
        refresh_search(*assets)
        # A form that was opened before shows the tags without these: it has to be noticed as stale.
        return _chosen(assets).update(revision=F("revision") + 1, updated_at=timezone.now())


def archive_many(assets: Some[Asset]) -> int:
    """Takes them out of the lists; what uses them goes on."""
    return _chosen(assets).filter(archived_at=None).update(archived_at=timezone.now())


def restore_many(assets: Some[Asset]) -> int:
    """Brings them back into the lists."""
    return _chosen(assets).exclude(archived_at=None).update(archived_at=None)


def link_many(assets: Some[Asset], project: Project) -> int:
    """Links them to a project, following the latest version; counts those that were not linked before. What is kept
    to another project is passed over."""
    with transaction.atomic():
        # The lock keeps a move to another home from passing by.
        free = _chosen(assets).select_for_update().filter(Q(is_shared=True) | Q(home_project=project))
        before = project.links.count()
        ProjectAsset.objects.bulk_create(
            [ProjectAsset(project=project, asset=asset) for asset in free], ignore_conflicts=True
        )
        return project.links.count() - before


def collect(assets: Some[Asset], collection: Collection) -> int:
    """Puts them into a collection."""
    collection.assets.add(*assets)
    return len(assets)


def uncollect(assets: Some[Asset], collection: Collection) -> int:
    """Takes them out of a collection."""
    collection.assets.remove(*assets)
    return len(assets)


def _chosen(assets: Iterable[Asset]) -> AssetQuerySet:
    return Asset.objects.filter(pk__in=[asset.pk for asset in assets])
