"""What a list is narrowed to by more than its own rows: a tag, a project, favourites, a collection, words.

Few assets are looked up by their keys and sorted. A list that is walked in its order soon meets enough of many, so
there each row on the way is asked. No database can tell the two apart before it has read the whole set.
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

# Looking up so many takes about as long as walking a million rows until a page of as many is full.
FEW = 2_000
# SQLite goes through a set of keys in their order and stops where the page is full, if the list stands in that order.
FEW_IN_ORDER = 20_000
Narrowing = Callable[[AssetQuerySet], AssetQuerySet]


@dataclass(frozen=True)
class Part:
    """Some of the assets: found by their keys, or row by row. Whether they are few takes a query to say."""

    by_keys: Narrowing
    row_by_row: Narrowing
    are_few: Callable[[int], bool]


def narrowed(
    found: AssetQuerySet, parts: Sequence[Part], *, newest_first: bool = False, few: int | None = None
) -> AssetQuerySet:
    """What is in every part. Only the first is asked whether it is few: of few rows each can be asked for the other
    parts, and beside many the others are better looked up. `newest_first` says that the list will stand so; `few` is
    how many count as few, if that is known better."""
    if not parts:
        return found
    first, *others = parts
    in_order = newest_first and connections[found.db].vendor == "sqlite"
    are_few = first.are_few(few or (FEW_IN_ORDER if in_order else FEW))
    found = first.by_keys(found) if are_few else first.row_by_row(found)
    for part in others:
        found = part.row_by_row(found) if are_few else part.by_keys(found)
    return found


def tagged(tag: str) -> Part:
    """Those with this tag, whatever its case. Tags are kept in lower case: outside of ASCII SQLite knows no other."""
    rows = AssetTag.objects.filter(tag__name__iexact=tag.lower()).order_by()
    # Of the index alone: whole rows of a common tag take PostgreSQL ten milliseconds.
    keys = rows.values_list("content_object")
    return Part(
        lambda found: found.filter(pk__in=keys),
        lambda found: found.filter(Exists(rows.filter(content_object=OuterRef("pk")))),
        partial(_are_few, keys),
    )


def of_project(project: Project) -> Part:
    """Those that a project links or is the home of."""
    links = ProjectAsset.objects.filter(project=project).order_by()
    # A union, since no index answers an OR over two tables.
    at_home = Asset.objects.filter(home_project=project).order_by().values_list("pk")
    keys = links.values_list("asset").union(at_home, all=True)
    linked = Exists(links.filter(asset=OuterRef("pk")))
    return Part(
        lambda found: found.filter(pk__in=keys),
        lambda found: found.filter(Q(home_project=project) | Q(linked)),
        partial(_are_few, keys),
    )


def starred_by(found: AssetQuerySet, user: AnyUser) -> AssetQuerySet:
    """The user's favourites; nobody has very many."""
    return found.filter(pk__in=Favourite.objects.filter(user_id=user.pk or 0).values("asset"))


def collected_in(found: AssetQuerySet, collection: Collection) -> AssetQuerySet:
    """Those of a collection."""
    kept = collection.assets.through.objects.filter(collection=collection)
    return found.filter(pk__in=kept.values("asset"))


def _are_few(rows: QuerySet[Any, Any], most: int) -> bool:
    return not rows[most : most + 1]
