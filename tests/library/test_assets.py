"""Assets and versions: what may be made, what is refused, and that nobody overwrites anybody."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection

from library import ingest
from library.models import Asset, AssetVersion, MediaFile, Project, Rights, VersionFile
from tests import factories
from tests.library import files

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


def new_picture() -> MediaFile:
    return factories.media()


def new_sound() -> MediaFile:
    return ingest.add_media(factories.upload("voice.wav", files.sound(0.5 + MediaFile.objects.count() / 10)))


def edit(asset: Asset, **changes: object) -> Asset:
    text = {"title": "", "description": "", "tags": [], "project": None, "is_shared": True}
    text |= {"is_grid": False, "rights": Rights()}
    text |= {"by": asset.created_by, "revision": asset.revision}
    return ingest.edit_asset(asset, **(text | changes))


def test_a_character_is_made_with_its_files_in_order(alice: User, project: Project) -> None:
    voice, front, side = new_sound(), new_picture(), new_picture()
    mara = ingest.create_asset(
        by=alice,
        handle="Mara",
        kind=Asset.Kind.CHARACTER,
        title="Mara Voss",
        tags=["lead", "night"],
        media=[voice, front, side, front],
        project=project,
        is_shared=False,
    )
    mara = Asset.objects.for_cards().get(pk=mara.pk)
    uses = mara.current_version.files.order_by("position")
    assert [(use.media, use.role) for use in uses] == [
        (voice, "voice"),
        (front, "picture"),
        (side, "picture"),
    ]
    assert (mara.cover, mara.current_version.number, mara.created_by) == (front, 1, alice)
    assert sorted(mara.tags.names()) == ["lead", "night"]
    assert mara.facts == "character · 2 images, voice"
    assert list(project.links.values_list("asset", "pinned_version")) == [(mara.pk, None)]


@pytest.mark.parametrize("again", ["Mara", "mara", "MARA"])
def test_a_handle_belongs_to_one_asset_whatever_the_case(alice: User, bob: User, again: str) -> None:
    mara = factories.asset(alice, handle="Mara")
    media = [new_picture()]
    with pytest.raises(ingest.HandleTaken) as taken:
        ingest.create_asset(by=bob, handle=again, kind=Asset.Kind.IMAGE, media=media)
    assert taken.value.asset == mara
    assert (Asset.objects.count(), AssetVersion.objects.count(), VersionFile.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("kind", "pictures", "sounds", "sentence"),
    [
        (
            "character",
            0,
            0,
            "there is none",
        ),
        (
            "character",
            6,
            0,
            "6 images",
        ),
        (
            "character",
            1,
            2,
            "1 image and 2 audio files",
        ),
        ("image", 2, 0, "2 images"),
        ("image", 0, 1, "1 audio file"),
        ("video", 1, 0, "1 image"),
        ("audio", 0, 0, "there is none"),
    ],
)
def test_the_files_have_to_fit_the_kind(
    alice: User, kind: str, pictures: int, sounds: int, sentence: str
) -> None:
    media = [new_picture() for _ in range(pictures)] + [new_sound() for _ in range(sounds)]
    with pytest.raises(ingest.WrongFiles) as refusal:
        ingest.create_asset(by=alice, handle="Mara", kind=kind, media=media)
    assert sentence in str(refusal.value)
    assert Asset.objects.count() == 0


def test_a_new_version_leaves_the_earlier_one_as_it_was(alice: User, bob: User) -> None:
    mara = factories.asset(alice, handle="Mara")
    first, picture = mara.current_version, new_picture()
    before = list(first.files.values_list("media", "position"))
    second = ingest.add_version(mara, by=bob, media=[picture], note="new coat")
    mara.refresh_from_db()
    assert (second.number, second.note, second.created_by) == (2, "new coat", bob)
    assert (mara.current_version, mara.cover) == (second, picture)
    assert list(first.files.values_list("media", "position")) == before


@pytest.mark.django_db(transaction=True)
def test_versions_made_at_once_are_numbered_one_after_another(alice: User) -> None:
    mara, media = factories.asset(alice, handle="Mara"), [new_picture() for _ in range(4)]

    def add(picture: MediaFile) -> int:
        try:
            return ingest.add_version(mara, by=alice, media=[picture]).number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, media)) == [2, 3, 4, 5]


def test_an_edit_counts_the_revision(alice: User, project: Project) -> None:
    mara = factories.asset(alice, handle="Mara", tags=["old"])
    edited = edit(mara, title="Mara Voss", tags=["lead"], project=project, is_shared=False)
    edited.refresh_from_db()
    assert (edited.title, edited.home_project, edited.is_shared, edited.revision) == (
        "Mara Voss",
        project,
        False,
        2,
    )
    assert list(edited.tags.names()) == ["lead"]
    assert edited.updated_at > mara.updated_at


def test_an_edit_from_an_old_revision_changes_nothing(alice: User) -> None:
    mara = factories.asset(alice, handle="Mara")
    edit(mara, title="first", tags=["one"])
    with pytest.raises(ingest.StaleEdit) as stale:
        edit(mara, title="second", tags=["two"])
    assert stale.value.current.title == "first"
    mara.refresh_from_db()
    assert (mara.title, mara.revision, list(mara.tags.names())) == ("first", 2, ["one"])


def test_an_unused_asset_can_be_deleted_and_its_files_stay(alice: User) -> None:
    mara = factories.asset(alice, handle="Mara")
    ingest.add_version(mara, by=alice, media=[new_picture()])
    mara.refresh_from_db()
    mara.delete()
    assert (Asset.objects.count(), AssetVersion.objects.count()) == (0, 0)
    assert MediaFile.objects.count() == 2
