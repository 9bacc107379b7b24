"""Find files that the library already has: identical ones by hash, similar images by perceptual hash."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from library.models import Asset, MediaFile, VersionFile
from library.models.assets import AssetQuerySet
from library.models.projects import AnyUser

BITS = 64
MAX_DIFFERING_BITS = 6
# Only the newest images are compared: the hint must be fast, and need not be complete.
MAX_COMPARED = 20_000
MAX_SIMILAR = 3


@dataclass(frozen=True)
class Duplicates:
    """The asset with the same file, and assets with similar images."""

    same: Asset | None
    similar: list[Asset]


def differing_bits(one: int, other: int) -> int:
    """Return the number of differing bits of two 64-bit hashes."""
    return ((one ^ other) % 2**BITS).bit_count()


def find_duplicates(
    media: Sequence[MediaFile], user: AnyUser, *, besides: Asset | None = None
) -> dict[int, Duplicates]:
    """Return duplicates by the key of each file, among the assets that the user may see, without the asset `besides`:
    the first asset with the same file in one of its versions, and up to three with similar images.

    Only the newest 20,000 images are compared, so that the work is bounded.
    """
    hashes = _known_hashes() if any(one.looks is not None for one in media) else []
    visible = Asset.objects.visible_to(user)
    if besides:
        visible = visible.exclude(pk=besides.pk)
    return {
        one.pk: Duplicates(_assets_with([one.pk], visible).first(), _similar(one, hashes, visible))
        for one in media
    }


def _known_hashes() -> list[tuple[int, int | None]]:
    images = MediaFile.objects.exclude(looks=None).order_by("-pk")
    return list(images.values_list("pk", "looks")[:MAX_COMPARED])


def _similar(media: MediaFile, hashes: list[tuple[int, int | None]], visible: AssetQuerySet) -> list[Asset]:
    own = media.looks
    if own is None:
        return []
    near = [pk for pk, other in hashes if pk != media.pk and _is_near(own, other)]
    return list(_assets_with(near[:BITS], visible)[:MAX_SIMILAR]) if near else []


def _is_near(one: int, other: int | None) -> bool:
    return other is not None and differing_bits(one, other) <= MAX_DIFFERING_BITS


def _assets_with(media: Iterable[int], visible: AssetQuerySet) -> AssetQuerySet:
    uses = VersionFile.objects.filter(version__asset=OuterRef("pk"), media__in=media)
    return visible.filter(Exists(uses)).order_by("pk")
