"""In which order a list stands, and the rows behind a place in it. Each order has an index of its own."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.dateparse import parse_datetime

from library.catalog.cursors import Place
from library.catalog.word_search import newest_first
from library.models import Asset
from library.models.assets import AssetQuerySet


class Sort(models.TextChoices):
    """The orders of the library's list."""

    NEWEST = "newest", "Newest"
    NAME = "name", "Name"
    USED = "used", "Last used"
    MOST = "most", "Most used"


class Name(Lower):
    """The handle as lists are sorted by it: byte by byte, so that both databases agree."""

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template='(LOWER(%(expressions)s) COLLATE "C")', **context)


def ids_behind(found: AssetQuerySet, sort: Sort, place: Place | None, count: int) -> list[int]:
    """The keys of the next `count` rows behind a place, in order."""
    return _SORTS[sort](found, place, count)


def place_at(asset: Asset, sort: Sort) -> Place:
    """Where this asset stands in a list."""
    value = {
        Sort.NAME: asset.handle.lower(),
        Sort.MOST: str(asset.use_count),
        Sort.USED: asset.last_used_at.isoformat() if asset.last_used_at else None,
    }.get(sort)
    return Place(sort, value, asset.pk)


def _newest(found: AssetQuerySet, place: Place | None, count: int) -> list[int]:
    return _keys(newest_first(found, before=place.pk if place else None), count)


def _by_name(found: AssetQuerySet, place: Place | None, count: int) -> list[int]:
    found = found.annotate(name=Name("handle"))
    if place:
        found = found.filter(name__gt=place.value or "")
    return _keys(found.order_by("name"), count)


def _most_used(found: AssetQuerySet, place: Place | None, count: int) -> list[int]:
    if place and (place.value or "").isdecimal():
        found = _behind(found, "use_count", int(place.value or 0), place.pk)
    return _keys(found.order_by("-use_count", "-pk"), count)


def _last_used(found: AssetQuerySet, place: Place | None, count: int) -> list[int]:
    """Those that were used, and behind them those that never were: two pieces, each one walk of the index."""
    used, unused = found.filter(last_used_at__isnull=False), found.filter(last_used_at=None)
    moment = _moment(place)
    if place and moment is None:
        return _newest(unused, place, count)
    if place and moment:
        used = _behind(used, "last_used_at", moment, place.pk)
    keys = _keys(used.order_by("-last_used_at", "-pk"), count)
    return keys + _newest(unused, None, count - len(keys)) if len(keys) < count else keys


def _behind(found: AssetQuerySet, field: str, value: Any, pk: int) -> AssetQuerySet:
    # The first condition is what the index is entered by.
    tie = Q(**{field: value}) & Q(pk__gte=pk)
    return found.filter(**{f"{field}__lte": value}).exclude(tie)


def _keys(found: AssetQuerySet, count: int) -> list[int]:
    return list(found.values_list("pk", flat=True)[:count])


def _moment(place: Place | None) -> datetime | None:
    try:
        return parse_datetime(place.value) if place and place.value else None
    except ValueError:
        return None


_SORTS: dict[Sort, Callable[[AssetQuerySet, Place | None, int], list[int]]] = {
    Sort.NEWEST: _newest,
    Sort.NAME: _by_name,
    Sort.USED: _last_used,
    Sort.MOST: _most_used,
}
