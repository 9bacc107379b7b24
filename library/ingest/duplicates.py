"""Which files the library has already: the same bytes by hash, the same picture in other bytes by how it looks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from library.models import Asset, MediaFile, VersionFile
from library.models.assets import AssetQuerySet
from library.models.projects import AnyUser

BITS = 64
NEAR_BITS = 6
# Only so many pictures are compared, the newest: a notice has to be quick, and need not be complete.
COMPARED = 20_000
SHOWN = 3


@dataclass(frozen=True)
class Notice:
    """What the user has already: the same file, and pictures that look like it."""

    same: Asset | None
    like: list[Asset]


def differing_bits(one: int, other: int) -> int:
    """In how many of the 64 bits two such numbers differ."""
    return ((one ^ other) % 2**BITS).bit_count()


def notices(media: Sequence[MediaFile], user: AnyUser, *, but: Asset | None = None) -> dict[int, Notice]:
    """By the key of each file, what the user may see and has already, leaving out the asset `but`: the first asset
    with the same file in one of its versions, and at most three with a picture that looks like it.

    Looks are compared among the newest 20,000 pictures only, so that the work stays bounded.
    """
    known = _known_looks() if any(one.looks is not None for one in media) else []
    seen = Asset.objects.visible_to(user)
    if but:
        seen = seen.exclude(pk=but.pk)
    return {one.pk: Notice(_made_of([one.pk], seen).first(), _like(one, known, seen)) for one in media}


def _known_looks() -> list[tuple[int, int | None]]:
    pictures = MediaFile.objects.exclude(looks=None).order_by("-pk")
    return list(pictures.values_list("pk", "looks")[:COMPARED])


def _like(media: MediaFile, known: list[tuple[int, int | None]], seen: AssetQuerySet) -> list[Asset]:
    looks = media.looks
    if looks is None:
        return []
    near = [pk for pk, other in known if pk != media.pk and _is_near(looks, other)]
    return list(_made_of(near[:BITS], seen)[:SHOWN]) if near else []


def _is_near(one: int, other: int | None) -> bool:
    return other is not None and differing_bits(one, other) <= NEAR_BITS


def _made_of(media: Iterable[int], seen: AssetQuerySet) -> AssetQuerySet:
    uses = VersionFile.objects.filter(version__asset=OuterRef("pk"), media__in=media)
    return seen.filter(Exists(uses)).order_by("pk")
