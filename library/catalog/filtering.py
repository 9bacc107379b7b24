"""Filter lists by related rows: a tag, a project, favourites, a collection, words.

Small sets are looked up by their keys and then sorted. For large sets it is faster to scan the list in its order and to
test each row until the page is full. Databases do not choose between the two well, since they do not know the size of
the set before reading it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connections
from django.db.models import Exists, OuterRef, Q, QuerySet

from library.models import Asset, AssetTag, Collection, Favourite, Project, ProjectAsset
from library.models.assets import AssetQuerySet
from library.models.projects import AnyUser

# Looking up this many keys takes about as long as scanning a million rows for a page of them.
SMALL = 2_000
# SQLite scans a set of keys in order, and stops when the page is full if the list has the same order.
SMALL_IN_KEY_ORDER = 20_000
Restriction = Callable[[AssetQuerySet], AssetQuerySet]


@dataclass(frozen=True)
class Filter:
    """A set of assets, selected by keys or by testing each row. `is_small` runs a query."""

    by_keys: Restriction
    row_by_row: Restriction
    is_small: Callable[[int], bool]


def apply(
    found: AssetQuerySet, filters: Sequence[Filter], *, newest_first: bool = False, small: int | None = None
) -> AssetQuerySet:
    """Restrict the queryset by all filters.

    Only the size of the first is determined: the rows of a small set are tested against the other filters; if it is
    large, the others are selected by keys. `newest_first` announces the order of the list; `small` overrides the limit.
    """
    if not filters:
        return found
    first, *others = filters
    in_order = newest_first and connections[found.db].vendor == "sqlite"
    is_small = first.is_small(small or (SMALL_IN_KEY_ORDER if in_order else SMALL))
    found = first.by_keys(found) if is_small else first.row_by_row(found)
    for other in others:
        found = other.row_by_row(found) if is_small else other.by_keys(found)
    return found


def tagged(tag: str) -> Filter:
    """Select assets with this tag, ignoring case. Tags are stored in lower case, since SQLite folds only ASCII."""
    rows = AssetTag.objects.filter(tag__name__iexact=tag.lower()).order_by()
    # An index-only scan: reading the rows of a common tag takes PostgreSQL ten milliseconds.
    keys = rows.values_list("content_object")
    return Filter(
        lambda found: found.filter(pk__in=keys),
        lambda found: found.filter(Exists(rows.filter(content_object=OuterRef("pk")))),
        partial(_is_small, keys),
    )


def of_project(project: Project) -> Filter:
    """Select assets that a project links to or is the home of."""
    links = ProjectAsset.objects.filter(project=project).order_by()
    # A union, since no index covers an OR over two tables.
    at_home = Asset.objects.filter(home_project=project).order_by().values_list("pk")
    keys = links.values_list("asset").union(at_home, all=True)
    linked = Exists(links.filter(asset=OuterRef("pk")))
    return Filter(
        lambda found: found.filter(pk__in=keys),
        lambda found: found.filter(Q(home_project=project) | Q(linked)),
        partial(_is_small, keys),
    )


def starred_by(found: AssetQuerySet, user: AnyUser) -> AssetQuerySet:
    """Select the user's favourites, which are few."""
    return found.filter(pk__in=Favourite.objects.filter(user_id=user.pk or 0).values("asset"))


def collected_in(found: AssetQuerySet, collection: Collection) -> AssetQuerySet:
    """Select the assets of a collection."""
    members = collection.assets.through.objects.filter(collection=collection)
    return found.filter(pk__in=members.values("asset"))


def _is_small(rows: QuerySet[Any, Any], limit: int) -> bool:
    return not rows[limit : limit + 1]
