"""The query for lists of assets: filters, a sort order, and keyset pagination."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connections
from django.db.models import Exists, F, OuterRef, Prefetch, prefetch_related_objects

from library.catalog import filtering
from library.catalog.cursors import position_from
from library.catalog.sorting import Sort, ids_after, position_of
from library.catalog.word_search import has_words, matching, unordered_word_filter
from library.models import Asset, Collection, Favourite, Project, VersionFile
from library.models.assets import AssetQuerySet
from library.models.projects import AnyUser
from library.usability import Use

PAGE_SIZE = 48
CARD_FIELDS = (  # shown on a card, or needed for the cursor
    "handle", "title", "kind", "is_shared", "uses", "rights_end_on", "use_count", "last_used_at",
    "cover__thumbnail_key", "cover__width", "cover__height", "cover__seconds", "cover__fps", "current_version__number",
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """A page of a list. `next_cursor` gives the next page; it is empty at the end."""

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
    """Return a page of the assets that the user may see and that match every filter: either active or archived ones.

    Each word of `q` must occur in a current or former handle, the title, a tag or the description, ignoring case; words
    of one or two characters must be at the beginning of a word. `usable` are bits of `library.usability.Use`, all of
    which must be set; `owner` is a username; `usable_in` excludes assets restricted to other projects. Assets are
    annotated with `is_favourite`. An invalid cursor gives the first page. The cost of a page does not depend on its
    position.
    """
    visible = Asset.objects.visible_to(user)
    if usable_in:
        visible = visible.usable_in(usable_in)
    order = Sort(sort)
    found = _with_properties(
        visible.filter(archived_at__isnull=not archived), kind=kind, usable=usable, owner=owner
    )
    if favourite:
        found = filtering.starred_by(found, user)
    if collection:
        found = filtering.collected_in(found, collection)
    found = _filtered(found, q=q, tag=tag, project=project, order=order)
    keys = ids_after(found, order, position_from(cursor, order), size + 1)
    items = _cards(user, keys[:size])
    return Page(items, position_of(items[-1], order).cursor() if len(keys) > size and items else "")


def _with_properties(found: AssetQuerySet, *, kind: str, usable: Use | int, owner: str) -> AssetQuerySet:
    if kind:
        found = found.filter(kind=kind)
    if usable:
        found = found.alias(matched=F("uses").bitand(int(usable))).filter(matched=int(usable))
    if owner:
        found = found.filter(created_by__in=User.objects.filter(username=owner).values("pk"))
    return found


def _filtered(
    found: AssetQuerySet, *, q: str, tag: str, project: Project | None, order: Sort
) -> AssetQuerySet:
    filters = [filtering.tagged(tag)] if tag else []
    filters += [filtering.of_project(project)] if project else []
    if order != Sort.NEWEST and has_words(q) and connections[found.db].vendor == "sqlite":
        filters.append(unordered_word_filter(q))
    else:
        found = matching(found, q)
    return filtering.apply(found, filters, newest_first=order == Sort.NEWEST)


def _cards(user: AnyUser, keys: Sequence[int]) -> list[Asset]:
    if not keys:
        return []
    starred = Favourite.objects.filter(user_id=user.pk or 0, asset=OuterRef("pk"))
    found = Asset.objects.filter(pk__in=keys).select_related("cover", "current_version").only(*CARD_FIELDS)
    by_key = {asset.pk: asset for asset in found.order_by().annotate(is_favourite=Exists(starred))}
    # Only cards of characters show more about the files than the cover does.
    characters = [asset for asset in by_key.values() if asset.kind == Asset.Kind.CHARACTER]
    roles = Prefetch("files", VersionFile.objects.only("version", "role").order_by())
    prefetch_related_objects([one.current_version for one in characters if one.current_version], roles)
    return [by_key[key] for key in keys if key in by_key]
