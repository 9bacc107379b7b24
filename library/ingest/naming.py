"""Handles of assets. Current and former handles share one namespace, ignoring case."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from library import handles
from library.models import Asset, HandleAlias
from library.models.search import refresh_search


class HandleTaken(Exception):
    """Another asset has or had this handle, ignoring case."""

    def __init__(self, asset: Asset) -> None:
        super().__init__(_("The handle %(handle)s is taken.") % {"handle": asset})
        self.asset = asset


class StaleEdit(Exception):
    """The asset has been saved since the form was opened: show both versions to the user."""

    def __init__(self, current: Asset) -> None:
        super().__init__(f"{current} has been changed in the meantime")
        self.current = current


@contextmanager
def names_locked() -> Iterator[None]:
    """Open a transaction in which no other process can assign a handle, since no constraint spans handles and aliases.

    SQLite has a single writer anyway.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE library_handlealias IN SHARE ROW EXCLUSIVE MODE")
        yield


def holder_of(name: str, *, besides: Asset | None = None) -> Asset | None:
    """Return the asset that has or had this handle, or None, also if it is the asset `besides`."""
    holder = Asset.objects.named(name).first()
    return None if holder == besides else holder


def check_free(handle: str, *, own: Asset | None = None) -> None:
    """Raise HandleTaken unless the handle is free, or a former handle of the asset `own`."""
    holder = holder_of(handle, besides=own)
    if holder is not None:
        raise HandleTaken(holder)


def rename(asset: Asset, *, handle: str, revision: int) -> tuple[Asset, str]:
    """Rename an asset that was edited from this revision; its old handle becomes an alias.

    Return the asset and its old handle: the caller rewrites drafts (`generation.views.projects.rename_asset`).
    Raise ValueError for an invalid handle, HandleTaken and StaleEdit; in each case nothing was changed.
    """
    if not handles.is_handle(handle):
        raise ValueError(handles.RULE)
    with names_locked():
        current = Asset.objects.select_for_update().get(pk=asset.pk)
        if current.revision != revision:
            raise StaleEdit(Asset.objects.for_cards().get(pk=asset.pk))
        check_free(handle, own=current)
        old = current.handle
        _write_handle(current, handle)
        if handles.fold(old) != handles.fold(handle):
            HandleAlias.objects.create(name=old, asset=current)
        refresh_search(current)
        return current, old


def _write_handle(asset: Asset, handle: str) -> None:
    _delete_alias(asset, handle)
    asset.handle = handle
    asset.revision += 1
    asset.save(update_fields=["handle", "revision", "updated_at"])


def release_name(asset: Asset, name: str) -> bool:
    """Release a former handle for other assets; return False if the asset did not have it."""
    with transaction.atomic():
        is_released = _delete_alias(asset, name)
        refresh_search(asset)
    return is_released


def _delete_alias(asset: Asset, name: str) -> bool:
    found = asset.aliases.annotate(folded=Lower("name")).filter(folded=handles.fold(name))
    return bool(found.delete()[0])


def free_suggestion(text: str) -> str:
    """Return a free handle derived from a title or a file name, or an empty string if there is none."""
    name = handles.suggest(text)
    if not name:
        return ""
    tries = [name, *(f"{name[: handles.MAX_LENGTH - 3]}_{number}" for number in range(2, 10))]
    taken = _taken(tries)
    return next((one for one in tries if handles.fold(one) not in taken), "")


def _taken(names: list[str]) -> set[str]:
    folded = [handles.fold(name) for name in names]
    now = Asset.objects.annotate(folded=Lower("handle")).filter(folded__in=folded)
    before = HandleAlias.objects.annotate(folded=Lower("name")).filter(folded__in=folded)
    return {*now.values_list("folded", flat=True), *before.values_list("folded", flat=True)}
