"""Takes become assets: the very frame, once, with what is known about where it came from."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from PIL import Image

from generation import promotion
from generation.models import Promotion, Shot, Take
from library import ingest, storage
from library.models import Asset, MediaFile, Project, Rights
from tests import factories
from tests.generation.films import stored_take
from tests.generation.striped_films import striped_take
from tests.generation.views.conftest import make_take

pytestmark = pytest.mark.usefixtures("s3")


@pytest.fixture
def take(alice: User, project: Project) -> Take:
    """The first take of shot 020: two seconds."""
    return stored_take(alice, project, shot=Shot.objects.create(project=project, code="020"))


def light(asset: Asset) -> float:
    """How light the asset's picture is, 0 to 255."""
    with storage.open_file(asset.cover.key) as stream, Image.open(BytesIO(stream.read())) as picture:
        return picture.convert("L").getpixel((60, 30))


def test_a_whole_take_becomes_a_clip_with_its_origin(bob: User, project: Project, take: Take) -> None:
    asset = promotion.promote(take, by=bob, handle="Dusk", title="Dusk at sea", tags=["sea", "dusk"])
    assert (asset.kind, asset.handle, asset.title, asset.is_shared) == ("video", "Dusk", "Dusk at sea", False)
    assert (asset.cover.sha256, asset.cover.seconds, asset.home_project) == (take.sha256, 2.0, project)
    assert sorted(asset.tags.names()) == ["dusk", "sea"]
    assert asset.source == "Take 1 of 020"
    assert (asset.promotion.take, asset.promotion.second, asset.promotion.by) == (take, None, bob)
    assert project.links.filter(asset=asset).exists()


@pytest.mark.parametrize(("at", "number"), [(0, 0), (0.5, 12), (1.0407, 25), (1.05, 25), (2.0, 47)])
def test_a_frame_is_exactly_the_one_shown_at_that_second(
    bob: User, take: Take, at: float, number: int
) -> None:
    asset = promotion.promote(take, by=bob, handle="Still", at=at, is_shared=True)
    assert (asset.kind, asset.is_shared, asset.cover.width, asset.cover.mime) == (
        "image", True, 128, "image/png",
    )  # fmt: skip
    assert asset.promotion.second == pytest.approx(number / 24, abs=0.001)
    assert asset.title == f"Take 1 of 020 at {asset.promotion.second:.2f} s"
    assert light(asset) == pytest.approx(number * 255 / 48, abs=2.5)


def test_the_last_frame_of_a_film_that_begins_late_is_its_last(alice: User, project: Project) -> None:
    late = striped_take(alice, project, fps=24, frames=5, ticks=range(12, 17))
    asset = promotion.reference_to(late, by=alice, at=late.end)
    assert asset.promotion.second == pytest.approx(16 / 24, abs=0.001)


def test_the_same_frame_asked_for_twice_is_one_asset(alice: User, bob: User, take: Take) -> None:
    first = promotion.reference_to(take, by=alice, at=1.05)
    assert promotion.reference_to(take, by=bob, at=1.045) == first, "the same frame at another second"
    assert promotion.reference_to(take, by=alice, at=1.2) != first
    clip = promotion.reference_to(take, by=alice)
    assert promotion.reference_to(take, by=bob) == clip
    assert promotion.promote(take, by=bob, handle=first.handle, at=1.05) == first
    assert (Promotion.objects.count(), MediaFile.objects.count()) == (3, 3)
    assert promotion.reference_at(take, by=bob, second=first.promotion.second) == first
    assert promotion.reference_at(take, by=bob) == clip


def test_an_asset_that_was_changed_or_archived_no_longer_stands_for_the_frame(
    alice: User, take: Take
) -> None:
    first = promotion.reference_to(take, by=alice, at=1)
    ingest.add_version(first, by=alice, media=[factories.media()])
    second = promotion.reference_to(take, by=alice, at=1)
    assert promotion.reference_at(take, by=alice, second=1.0) == second
    ingest.archive(second)
    assert promotion.reference_at(take, by=alice, second=1.0) is None
    third = promotion.reference_to(take, by=alice, at=1)
    assert len({first, second, third}) == 3
    assert third.handle.startswith("frame_1_00s_take_1_020")


def test_handles_made_for_a_take_tell_it_apart(alice: User, project: Project, take: Take) -> None:
    loose = make_take(alice, project)
    assert promotion.suggest_handle(take) == "clip_take_1_020"
    assert promotion.suggest_handle(take, 12.5) == "frame_12_50s_take_1_020"
    assert promotion.suggest_handle(loose, 0.0) == "frame_0_00s_take_1_harbour_light"
    for number in ("", *(f"_{count}" for count in range(2, 10))):
        factories.asset(alice, handle=f"clip_take_1_020{number}")
    assert promotion.suggest_handle(take) == f"clip_{take.uuid.hex[:12]}"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"handle": "3rd"}, "handle"),
        ({"at": -0.1}, "at"),
        ({"at": 2.1}, "at"),
        ({"at": float("nan")}, "at"),
    ],
)
def test_an_invalid_handle_or_second_is_refused(bob: User, take: Take, changes: dict, field: str) -> None:
    with pytest.raises(promotion.CannotPromote) as refused:
        promotion.promote(take, by=bob, **{"handle": "Dusk", **changes})
    assert (refused.value.field, Asset.objects.count()) == (field, 0)


def test_a_taken_handle_belongs_to_who_has_it(alice: User, bob: User, take: Take) -> None:
    mara = factories.asset(alice, handle="Mara")
    with pytest.raises(ingest.HandleTaken) as refused:
        promotion.promote(take, by=bob, handle="mara")
    assert (refused.value.asset, Promotion.objects.count()) == (mara, 0)


def test_a_clip_too_long_to_go_on_is_told_before_anything_is_fetched(alice: User, take: Take) -> None:
    Take.objects.filter(pk=take.pk).update(seconds=17.24)
    take.refresh_from_db()
    with pytest.raises(promotion.CannotPromote, match=r"17\.2.*15"):
        promotion.reference_to(take, by=alice)


def test_a_film_that_is_not_in_the_storage_makes_nothing(alice: User, project: Project) -> None:
    with pytest.raises(promotion.CannotPromote, match="not in the storage"):
        promotion.promote(make_take(alice, project), by=alice, handle="Dusk", at=1)
    assert not Asset.objects.exists()


def test_a_film_that_cannot_be_read_makes_nothing(alice: User, take: Take, tmp_path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"not a film at all")
    storage.upload(broken, take.key, "video/mp4")
    with pytest.raises(promotion.CannotPromote, match="The take cannot be used: "):
        promotion.promote(take, by=alice, handle="Dusk", at=1)
    assert not Asset.objects.exists()


def test_rights_end_with_those_of_what_the_take_was_made_with(alice: User, take: Take) -> None:
    today = timezone.localdate()
    for place, days in enumerate((40, 9, None)):
        ends = today + timedelta(days) if days else None
        asset = factories.asset(alice, rights=Rights(rights_end_on=ends))
        take.job.references.create(
            handle=asset.handle, asset=asset, version=asset.current_version, position=place
        )
    assert promotion.promote(take, by=alice, handle="Dusk").rights_end_on == today + timedelta(9)
