"""What assets are called. Handles and earlier names share one namespace, whatever the case."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models.functions import Lower

from library import handles
from library.models import Asset, HandleAlias
from library.models.search import refresh_search


class HandleTaken(Exception):
    """Another asset has or had this handle, perhaps in other case: choose another one."""

    def __init__(self, asset: Asset) -> None:
        super().__init__(f"{asset} is taken")
        self.asset = asset


class StaleEdit(Exception):
    """Somebody saved the asset after the form was opened: show both texts and let the person choose."""

    def __init__(self, current: Asset) -> None:
        super().__init__(f"{current} was changed meanwhile")
        self.current = current


@contextmanager
def names_locked() -> Iterator[None]:
    """A transaction in which nobody else gives a name: no constraint reaches over handles and earlier names.

    SQLite has one writer at a time anyway.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE library_handlealias IN SHARE ROW EXCLUSIVE MODE")
        yield


def holder_of(name: str, *, besides: Asset | None = None) -> Asset | None:
    """The asset that has this handle or had it before, if that is not the one that is asked for."""
    holder = Asset.objects.named(name).first()
    return None if holder == besides else holder


def check_free(handle: str, *, own: Asset | None = None) -> None:
    """Raises HandleTaken unless the handle is free, or an earlier name of the asset `own`."""
    holder = holder_of(handle, besides=own)
    if holder is not None:
        raise HandleTaken(holder)


def rename(asset: Asset, *, handle: str, revision: int) -> tuple[Asset, str]:
    """Gives the asset another handle, as it was edited from that revision; the old one keeps resolving.

    Returns the asset and its old handle: the caller rewrites drafts (`generation.views.projects.rename_asset`). Raises
    ValueError for what is no handle, HandleTaken, and StaleEdit; in each case nothing was changed.
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
    _let_go(asset, handle)
    asset.handle = handle
    asset.revision += 1
    asset.save(update_fields=["handle", "revision", "updated_at"])


def release_name(asset: Asset, name: str) -> bool:
    """Lets go of an earlier name, which is free for everybody from then on; False when it was none."""
    with transaction.atomic():
        gone = _let_go(asset, name)
        refresh_search(asset)
    return gone


def _let_go(asset: Asset, name: str) -> bool:
    found = asset.aliases.annotate(folded=Lower("name")).filter(folded=handles.fold(name))
    return bool(found.delete()[0])


def free_suggestion(text: str) -> str:
    """A handle made from a title or a file name that nobody has; empty when nothing can be made of it."""
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
