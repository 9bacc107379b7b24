"""Search and listing. One query shape for every page: filters, then the newest first, one keyset page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from library.models import Asset, AssetTag, Project, ProjectAsset
from library.models.assets import AssetQuerySet
from library.models.projects import AnyUser

PAGE_SIZE = 48
MAX_WORDS = 8


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
    cursor: str = "",
    size: int = PAGE_SIZE,
) -> Page:
    """The assets that the user may see and that match every filter, newest first; archived ones are left out.

    Each word of `q` has to occur in the handle, the title, the description or a tag, whatever its case. A cursor
    that we did not give starts at the beginning. A page costs the same however far down it is.
    """
    found = _matching(Asset.objects.visible_to(user).active(), q)
    if kind:
        found = found.filter(kind=kind)
    if tag:
        found = found.filter(_tagged(tag__name__iexact=tag))
    if project:
        links = ProjectAsset.objects.filter(asset=OuterRef("pk"), project=project)
        found = found.filter(Q(home_project=project) | Q(Exists(links)))
    if cursor.isascii() and cursor.isdigit():
        found = found.filter(pk__lt=int(cursor))
    items = list(found.for_cards().order_by("-pk")[: size + 1])
    return Page(items[:size], str(items[size - 1].pk) if len(items) > size else "")


def _matching(found: AssetQuerySet, q: str) -> AssetQuerySet:
    for word in q.replace("@", " ").split()[:MAX_WORDS]:
        in_text = Q(handle__icontains=word) | Q(title__icontains=word) | Q(description__icontains=word)
        found = found.filter(in_text | _tagged(tag__name__icontains=word))
    return found


def _tagged(**condition: str) -> Q:
    return Q(Exists(AssetTag.objects.filter(content_object=OuterRef("pk"), **condition)))
