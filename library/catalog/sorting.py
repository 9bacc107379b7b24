"""The sort orders of lists, and the rows after a position. Each order has its own index."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from library.catalog.cursors import Position
from library.catalog.word_search import newest_first
from library.models import Asset
from library.models.assets import AssetQuerySet


class Sort(models.TextChoices):
    """The sort orders of the library's list."""

    NEWEST = "newest", _("Newest")
    NAME = "name", _("Name")
    USED = "used", _("Last used")
    MOST = "most", _("Most used")


class Name(Lower):
    """The handle as a sort key, compared by bytes, so that both databases give the same order."""

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template='(LOWER(%(expressions)s) COLLATE "C")', **context)


def ids_after(found: AssetQuerySet, sort: Sort, position: Position | None, count: int) -> list[int]:
    """Return the keys of the next `count` rows after a position, in order."""
    return _SORTS[sort](found, position, count)


def position_of(asset: Asset, sort: Sort) -> Position:
    """Return the position of this asset in a list."""
    value = {
        Sort.NAME: asset.handle.lower(),
        Sort.MOST: str(asset.use_count),
        Sort.USED: asset.last_used_at.isoformat() if asset.last_used_at else None,
    }.get(sort)
    return Position(sort, value, asset.pk)


def _newest(found: AssetQuerySet, position: Position | None, count: int) -> list[int]:
    return _keys(newest_first(found, before=position.pk if position else None), count)


def _by_name(found: AssetQuerySet, position: Position | None, count: int) -> list[int]:
    found = found.annotate(name=Name("handle"))
    if position:
        found = found.filter(name__gt=position.value or "")
    return _keys(found.order_by("name"), count)


def _most_used(found: AssetQuerySet, position: Position | None, count: int) -> list[int]:
    if position and (position.value or "").isdecimal():
        found = _after(found, "use_count", int(position.value or 0), position.pk)
    return _keys(found.order_by("-use_count", "-pk"), count)


def _last_used(found: AssetQuerySet, position: Position | None, count: int) -> list[int]:
    """List used assets, then those that were never used: one index scan for each."""
    used, unused = found.filter(last_used_at__isnull=False), found.filter(last_used_at=None)
    moment = _moment(position)
    if position and moment is None:
        return _newest(unused, position, count)
    if position and moment:
        used = _after(used, "last_used_at", moment, position.pk)
    keys = _keys(used.order_by("-last_used_at", "-pk"), count)
    return keys + _newest(unused, None, count - len(keys)) if len(keys) < count else keys


def _after(found: AssetQuerySet, field: str, value: Any, pk: int) -> AssetQuerySet:
    # The first condition starts the index scan.
    tie = Q(**{field: value}) & Q(pk__gte=pk)
    return found.filter(**{f"{field}__lte": value}).exclude(tie)


def _keys(found: AssetQuerySet, count: int) -> list[int]:
    return list(found.values_list("pk", flat=True)[:count])


def _moment(position: Position | None) -> datetime | None:
    try:
        return parse_datetime(position.value) if position and position.value else None
    except ValueError:
        return None


_SORTS: dict[Sort, Callable[[AssetQuerySet, Position | None, int], list[int]]] = {
    Sort.NEWEST: _newest,
    Sort.NAME: _by_name,
    Sort.USED: _last_used,
    Sort.MOST: _most_used,
}
