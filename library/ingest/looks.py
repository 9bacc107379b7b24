"""Which files the library has already: the same bytes by hash, the same picture in other bytes by how it looks."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from django.db.models import Exists, OuterRef, QuerySet
from PIL import Image

from library.models import Asset, MediaFile, VersionFile
from library.models.projects import AnyUser

GRID = (9, 8)
BITS = 64
NEAR_BITS = 6
# A picture of next to no contrast looks like every other one of its kind.
MIN_CONTRAST = 16
# Only so many pictures are compared, the newest: a notice has to be quick, and need not be complete.
COMPARED = 20_000
SHOWN = 3


def looks_of(picture: Path) -> int | None:
    """The difference hash of a picture as a signed 64-bit number: whether each cell of a grid is brighter than the
    one to its right. Scaling, another format and light retouching change few bits. None without contrast."""
    with Image.open(picture) as opened:
        small = opened.convert("RGBA" if opened.has_transparency_data else "RGB").convert("L")
        cells = small.resize(GRID, Image.Resampling.BOX).tobytes()
    if max(cells) - min(cells) < MIN_CONTRAST:
        return None
    width = GRID[0]
    rows = [cells[at : at + width] for at in range(0, len(cells), width)]
    bits = [left > right for row in rows for left, right in pairwise(row)]
    return _signed(sum(bit << place for place, bit in enumerate(bits)))


def differing_bits(one: int, other: int) -> int:
    """In how many of the 64 bits two such numbers differ."""
    return ((one ^ other) % 2**BITS).bit_count()


def assets_with(media: MediaFile, user: AnyUser) -> QuerySet[Asset]:
    """The assets that the user may see and that have exactly this file in one of their versions, oldest first."""
    return _visible([media.pk], user)


def assets_like(media: MediaFile, user: AnyUser) -> list[Asset]:
    """At most three assets with a picture that looks like this one but is another file; among the newest 20,000
    pictures only, which takes about 20 ms. Empty for what is no picture."""
    if media.looks is None:
        return []
    looks = media.looks
    known = MediaFile.objects.exclude(looks=None).exclude(pk=media.pk).order_by("-pk")
    near = [pk for pk, other in known.values_list("pk", "looks")[:COMPARED] if _is_near(looks, other)]
    return list(_visible(near[:BITS], user)[:SHOWN]) if near else []


def _is_near(one: int, other: int | None) -> bool:
    return other is not None and differing_bits(one, other) <= NEAR_BITS


def _visible(media: Iterable[int], user: AnyUser) -> QuerySet[Asset]:
    uses = VersionFile.objects.filter(version__asset=OuterRef("pk"), media__in=media)
    return Asset.objects.visible_to(user).filter(Exists(uses)).order_by("pk")


def _signed(number: int) -> int:
    return number - 2**BITS if number >= 2 ** (BITS - 1) else number
