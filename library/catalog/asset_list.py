"""One query shape for every list of assets: filters, an order, one keyset page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connections
from django.db.models import Exists, F, OuterRef, Prefetch, prefetch_related_objects

from library.catalog import filtering
from library.catalog.cursors import place_of
from library.catalog.sorting import Sort, ids_behind, place_at
from library.catalog.word_search import has_words, in_other_orders, matching
from library.models import Asset, Collection, Favourite, Project, VersionFile
from library.models.assets import AssetQuerySet
from library.models.projects import AnyUser
from library.usability import Use

PAGE_SIZE = 48
SHOWN = (  # on a card, or needed to go on behind it
    "handle", "title", "kind", "is_shared", "uses", "rights_end_on", "use_count", "last_used_at",
    "cover__thumbnail_key", "cover__width", "cover__height", "cover__seconds", "cover__fps", "current_version__number",
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """A piece of a list. `next_cursor` opens the piece after it; it is empty at the end."""

    items: Sequence[Asset]
    next_cursor: str


def find_assets(
    user: AnyUser,
    *,
    q: str = "",
    kind: str = "",
    tag: str = "",
    project: Project | None = None,
    usable_in: Project | None = None,
    owner: str = "",
    usable: Use | int = 0,
    archived: bool = False,
    favourite: bool = False,
    collection: Collection | None = None,
    sort: str = Sort.NEWEST,
    cursor: str = "",
    size: int = PAGE_SIZE,
) -> Page:
    """The assets that the user may see and that match every filter; archived ones only when they are asked for.

    Each word of `q` has to occur in the handle or an earlier one, the title, a tag or the description, whatever its
    case; one of one or two letters at the beginning of a word. `usable` are bits of `library.usability.Use`, all of
    which have to be set; `owner` is a user name; `usable_in` leaves out what is kept to other projects. Each asset
    tells by `is_favourite` whether the user has starred it. A cursor that we did not give starts at the beginning.
    A page costs the same however far down it is.
    """
    seen = Asset.objects.visible_to(user)
    if usable_in:
        seen = seen.usable_in(usable_in)
    order = Sort(sort)
    found = _of_kind(seen.filter(archived_at__isnull=not archived), kind=kind, usable=usable, owner=owner)
    if favourite:
        found = filtering.starred_by(found, user)
    if collection:
        found = filtering.collected_in(found, collection)
    found = _narrowed(found, q=q, tag=tag, project=project, order=order)
    keys = ids_behind(found, order, place_of(cursor, order), size + 1)
    items = _cards(user, keys[:size])
    return Page(items, place_at(items[-1], order).cursor() if len(keys) > size and items else "")


def _of_kind(found: AssetQuerySet, *, kind: str, usable: Use | int, owner: str) -> AssetQuerySet:
    if kind:
        found = found.filter(kind=kind)
    if usable:
        found = found.alias(fit=F("uses").bitand(int(usable))).filter(fit=int(usable))
    if owner:
        found = found.filter(created_by__in=User.objects.filter(username=owner).values("pk"))
    return found


def _narrowed(
    found: AssetQuerySet, *, q: str, tag: str, project: Project | None, order: Sort
) -> AssetQuerySet:
    parts = [filtering.tagged(tag)] if tag else []
    parts += [filtering.of_project(project)] if project else []
    if order != Sort.NEWEST and has_words(q) and connections[found.db].vendor == "sqlite":
        parts.append(in_other_orders(q))
    else:
        found = matching(found, q)
    return filtering.narrowed(found, parts, newest_first=order == Sort.NEWEST)


def _cards(user: AnyUser, keys: Sequence[int]) -> list[Asset]:
    if not keys:
        return []
    starred = Favourite.objects.filter(user_id=user.pk or 0, asset=OuterRef("pk"))
    found = Asset.objects.filter(pk__in=keys).select_related("cover", "current_version").only(*SHOWN)
    by_key = {asset.pk: asset for asset in found.order_by().annotate(is_favourite=Exists(starred))}
    # Only a character tells of its files what the cover does not.
    characters = [asset for asset in by_key.values() if asset.kind == Asset.Kind.CHARACTER]
    roles = Prefetch("files", VersionFile.objects.only("version", "role").order_by())
    prefetch_related_objects([one.current_version for one in characters if one.current_version], roles)
    return [by_key[key] for key in keys if key in by_key]
