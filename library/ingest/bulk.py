"""Change many assets at once. Every function takes assets that the caller has checked permissions for, returns how many
it changed, and is one short transaction."""

from collections.abc import Collection as SizedIterable
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from library.ingest.tags import tags_named
from library.models import Asset, AssetTag, Collection, Project, ProjectAsset
from library.models.assets import AssetQuerySet
from library.models.search import refresh_search


def tag_many(assets: SizedIterable[Asset], names: Iterable[str]) -> int:
    """Add these tags to every asset."""
    with transaction.atomic():
        tags = tags_named(names)
        links = [AssetTag(content_object=asset, tag=tag) for asset in assets for tag in tags]
        AssetTag.objects.bulk_create(links, ignore_conflicts=True)
        refresh_search(*assets)
        # Forms opened earlier show the tags without these, so they must be detected as stale.
        return _rows_of(assets).update(revision=F("revision") + 1, updated_at=timezone.now())


def archive_many(assets: SizedIterable[Asset]) -> int:
    """Archive them: remove them from lists; existing uses are unaffected."""
    return _rows_of(assets).filter(archived_at=None).update(archived_at=timezone.now())


def restore_many(assets: SizedIterable[Asset]) -> int:
    """Restore them to the lists."""
    return _rows_of(assets).exclude(archived_at=None).update(archived_at=None)


def link_many(assets: SizedIterable[Asset], project: Project) -> int:
    """Link them to a project, following the latest version, and return how many were not linked before. Assets
    restricted to another project are skipped."""
    with transaction.atomic():
        # The lock prevents a concurrent move to another home project.
        free = _rows_of(assets).select_for_update().filter(Q(is_shared=True) | Q(home_project=project))
        before = project.links.count()
        ProjectAsset.objects.bulk_create(
            [ProjectAsset(project=project, asset=asset) for asset in free], ignore_conflicts=True
        )
        return project.links.count() - before


def collect(assets: SizedIterable[Asset], collection: Collection) -> int:
    """Add them to a collection."""
    collection.assets.add(*assets)
    return len(assets)


def uncollect(assets: SizedIterable[Asset], collection: Collection) -> int:
    """Remove them from a collection."""
    collection.assets.remove(*assets)
    return len(assets)


def _rows_of(assets: Iterable[Asset]) -> AssetQuerySet:
    return Asset.objects.filter(pk__in=[asset.pk for asset in assets])
