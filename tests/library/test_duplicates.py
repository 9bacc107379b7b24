"""What the library has already: by its bytes, by its looks; told only to those who may see it."""

import io
import random
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from library import ingest
from library.ingest.duplicates import Duplicates, differing_bits, find_duplicates
from library.models import Asset, MediaFile
from tests import factories
from tests.library import files

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


def painting(seed: str) -> Image.Image:
    """Large soft patches of grey, others for each seed."""
    chance = random.Random(seed)
    cells = bytes(chance.randrange(256) for _ in range(12 * 9))
    return Image.frombytes("L", (12, 9), cells).convert("RGB").resize((640, 480), Image.Resampling.BICUBIC)


def added(picture: Image.Image, format: str = "PNG") -> MediaFile:
    held = io.BytesIO()
    picture.save(held, format)
    return ingest.add_media(SimpleUploadedFile("file", held.getvalue()))


def asset_of(media: MediaFile, by: User, handle: str, **fields: object) -> Asset:
    return ingest.create_asset(by=by, handle=handle, kind=Asset.Kind.IMAGE, media=[media], **fields)


def noticed(media: MediaFile, user: User, *, but: Asset | None = None) -> Duplicates:
    return find_duplicates([media], user, besides=but)[media.pk]


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture.resize((320, 240)),
        lambda picture: ImageEnhance.Brightness(picture).enhance(0.9),
        lambda picture: picture.convert("L"),
    ],
    ids=["smaller", "darker", "grey"],
)
def test_the_same_picture_in_other_bytes_is_noticed(
    alice: User, change: Callable[[Image.Image], Image.Image]
) -> None:
    harbour = asset_of(added(painting("harbour")), alice, "harbour")
    asset_of(added(painting("storm")), alice, "storm")
    assert noticed(added(change(painting("harbour")), "JPEG"), alice) == Duplicates(None, [harbour])


def test_other_pictures_and_flat_ones_are_not_noticed(alice: User) -> None:
    asset_of(added(painting("harbour")), alice, "harbour")
    asset_of(added(Image.new("RGB", (64, 64), "navy")), alice, "night")
    assert noticed(added(painting("storm")), alice) == Duplicates(None, [])
    assert noticed(added(Image.new("RGB", (80, 64), "black")), alice) == Duplicates(None, [])


def test_the_same_bytes_are_noticed_in_any_version(alice: User) -> None:
    media = added(painting("harbour"))
    harbour = asset_of(media, alice, "harbour")
    ingest.add_version(harbour, by=alice, media=[added(painting("storm"))])
    assert noticed(media, alice) == Duplicates(harbour, [])
    assert noticed(media, alice, but=harbour) == Duplicates(None, [])


def test_what_others_keep_to_themselves_is_not_told(alice: User, charlie: User) -> None:
    media = added(painting("harbour"))
    asset_of(media, charlie, "plot", project=factories.project(charlie), is_shared=False)
    near = added(painting("harbour").resize((320, 240)))
    assert noticed(media, alice) == noticed(near, alice) == Duplicates(None, [])


def test_sound_has_no_looks(alice: User) -> None:
    media = ingest.add_media(SimpleUploadedFile("voice.wav", files.sound()))
    assert media.looks is None
    assert noticed(media, alice) == Duplicates(None, [])


BIGINTS = st.integers(-(2**63), 2**63 - 1)


@given(BIGINTS, st.sets(st.integers(0, 63)))
def test_bits_are_counted_whatever_the_sign(number: int, places: set[int]) -> None:
    other = number
    for place in places:
        other ^= 1 << place if place < 63 else -(2**63)
    assert differing_bits(number, other) == differing_bits(other, number) == len(places)
