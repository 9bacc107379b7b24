"""From a file to a stored media file: once, clean, pictured; or not at all."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from library import ingest, storage
from library.decoder import thumbnails
from library.models import MediaFile
from library.probe import Refusal, UnreadableMedia
from library.probe.identify import content_digest
from tests.library import files

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


def added(content: bytes, name: str = "file.png") -> MediaFile:
    return ingest.add_media(SimpleUploadedFile(name, content))


def stored(key: str) -> bytes:
    with storage.open_file(key) as stream:
        return stream.read()


def object_count() -> int:
    return len(list(storage._bucket().objects.all()))


def test_a_clean_picture_is_stored_as_it_is() -> None:
    content = files.picture("JPEG", exif=files.exif())
    media = added(content)
    assert stored(media.key) == content
    assert media.key == f"media/{media.sha256[:2]}/{media.sha256}.jpg"
    assert (media.kind, media.mime, media.size, media.width, media.height) == (
        "image",
        "image/jpeg",
        len(content),
        64,
        40,
    )


def test_the_thumbnail_is_a_small_webp() -> None:
    media = added(files.picture("PNG", (1200, 900)))
    with Image.open(io.BytesIO(stored(media.thumbnail_key))) as small:
        assert (small.format, small.size) == ("WEBP", (480, 360))


def test_the_same_bytes_are_stored_once_and_pictured_once() -> None:
    content = files.picture(size=(65, 41))
    first = added(content, "mara.png")
    count, written = object_count(), storage._bucket().Object(first.thumbnail_key).last_modified
    second = added(content, "copy of mara.gif")
    assert second == first
    assert object_count() == count
    assert storage._bucket().Object(first.thumbnail_key).last_modified == written


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_at_the_same_time_give_one_row() -> None:
    content = files.picture(size=(66, 42))

    def add(_: int) -> int:
        try:
            return added(content).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(add, range(8)))) == 1
    assert MediaFile.objects.count() == 1


def test_a_file_on_disk_is_added_like_an_upload(tmp_path: Path) -> None:
    path = tmp_path / "mara.png"
    path.write_bytes(files.picture(size=(67, 43)))
    assert ingest.add_media(path) == added(path.read_bytes())
    assert path.exists()


def test_a_picture_on_its_side_is_turned_upright() -> None:
    media = added(files.picture("JPEG", (64, 40), exif=files.exif(6, place=True)))
    assert (media.width, media.height) == (40, 64)
    with Image.open(io.BytesIO(stored(media.key))) as picture:
        assert picture.size == (40, 64)
        assert dict(picture.getexif()) == {}
        # The dark left half lies on top after a quarter turn.
        assert sum(picture.getpixel((20, 8))) < 200 < 600 < sum(picture.getpixel((20, 56)))


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_where_a_picture_was_taken_is_removed_without_touching_the_picture(format: str) -> None:
    content = files.picture(format, exif=files.exif(place=True))
    media = added(content)
    kept = stored(media.key)
    with Image.open(io.BytesIO(kept)) as clean, Image.open(io.BytesIO(content)) as taken:
        assert dict(clean.getexif().get_ifd(0x8825)) == {}
        assert dict(taken.getexif().get_ifd(0x8825)) != {}
        assert clean.tobytes() == taken.tobytes()
    assert len(kept) < len(content)


def test_where_a_video_was_taken_is_removed_without_touching_the_video(tmp_path: Path) -> None:
    path = files.video(tmp_path / "film.mp4", location="+52.5200+013.4050/")
    size = path.stat().st_size
    assert b"+52.5200" in path.read_bytes()
    media = ingest.add_media(path)
    assert b"+52.5200" not in stored(media.key)
    assert media.size == size
    assert b"+52.5200" in path.read_bytes()


def told_by(content: bytes, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "kept.mp4").write_bytes(content)
    with av.open(str(tmp_path / "kept.mp4")) as container:
        return dict(container.metadata)


@pytest.mark.parametrize("ending", ["mp4", "mov"])
def test_the_box_of_a_place_is_removed_without_touching_the_video(tmp_path: Path, ending: str) -> None:
    """Telephones write a place in numbers (`loci`) or as text (`©xyz`), each in a box of its own."""
    path = files.video(tmp_path / f"film.{ending}", movflags="faststart", location="+52.5200+013.4050/")
    assert told_by(path.read_bytes(), tmp_path)["location"].startswith("+52.52")
    kept = stored(ingest.add_media(path).key)
    assert "location" not in told_by(kept, tmp_path)
    assert len(kept) == path.stat().st_size
    assert content_digest(tmp_path / "kept.mp4") == content_digest(path)


def test_a_place_in_the_xmp_of_a_video_is_removed(tmp_path: Path) -> None:
    path = files.video(tmp_path / "film.mp4")
    said = bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + b"<exif:GPSLatitude>52,31N</exif:GPSLatitude>"
    path.write_bytes(path.read_bytes() + (8 + len(said)).to_bytes(4) + b"uuid" + said)
    kept = stored(ingest.add_media(path).key)
    assert (b"52,31N" in kept, len(kept)) == (False, path.stat().st_size)


def test_a_place_of_one_letter_does_no_harm(tmp_path: Path) -> None:
    path = files.video(tmp_path / "film.mp4", location="a")
    (tmp_path / "kept.mp4").write_bytes(stored(ingest.add_media(path).key))
    assert content_digest(tmp_path / "kept.mp4") == content_digest(path)


def test_webp_becomes_what_the_provider_takes() -> None:
    flat, clear = added(files.picture("WEBP")), added(files.picture("WEBP", mode="RGBA"))
    assert (flat.mime, clear.mime) == ("image/jpeg", "image/png")
    with Image.open(io.BytesIO(stored(clear.key))) as picture:
        assert picture.mode == "RGBA"


@pytest.mark.parametrize(
    "content",
    [
        files.picture("PNG", mode="RGBA"),
        files.animation(5),
        files.picture("BMP"),
        files.picture("JPEG", mode="RGB", size=(3000, 20)),
    ],
)
def test_every_picture_gets_a_thumbnail(content: bytes) -> None:
    media = added(content)
    with Image.open(io.BytesIO(stored(media.thumbnail_key))) as small:
        assert small.format == "WEBP"
        assert max(small.size) <= 480


def test_a_video_is_known_by_a_frame_and_a_sound_by_its_wave(tmp_path: Path) -> None:
    film = ingest.add_media(files.turned_video(tmp_path / "film.mp4"))
    with Image.open(io.BytesIO(stored(film.thumbnail_key))) as frame:
        assert frame.size == (72, 128)
        assert 10 < frame.convert("L").getpixel((30, 60)) < 60, (
            "the frame at a tenth, not the black first one"
        )
    sound = added(files.sound(), "voice.wav")
    assert (sound.kind, sound.has_audio) == ("audio", True)
    with Image.open(io.BytesIO(stored(sound.thumbnail_key))) as wave:
        assert wave.size == (480, 270)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of 24 frames each, ever lighter."""
    return files.video(tmp_path_factory.mktemp("films") / "film.mp4", seconds=2)


def test_a_frame_can_be_taken_from_any_second(tmp_path: Path) -> None:
    path = files.video(tmp_path / "film.mp4", seconds=2)
    light = [thumbnails.frame_near(path, second).convert("L").getpixel((5, 5)) for second in (0, 1, 1.9, 99)]
    assert light[0] < 10
    assert 110 < light[1] < 140
    assert light[2] > 220
    assert light[3] > 220


@pytest.mark.parametrize(
    ("second", "number"),
    [
        (-1, 0),
        (0, 0),
        (0.04, 0),
        (0.041, 1),
        (0.0417, 1),
        (1, 24),
        (1.04, 24),
        (1.0407, 25),
        (1.05, 25),
        (1.958, 47),
        (2, 47),
        (99, 47),
    ],
)
def test_the_frame_at_a_second_is_the_one_that_a_player_shows(film: Path, second: float, number: int) -> None:
    """The film's frame `n` begins at n / 24 s and has the light n * 255 / 48."""
    frame, begins = thumbnails.frame_at(film, second)
    assert begins == pytest.approx(number / 24, abs=1e-6)
    assert frame.convert("L").getpixel((60, 30)) == pytest.approx(number * 255 / 48, abs=2.5)


def test_the_frame_of_a_turned_film_stands_upright(tmp_path: Path) -> None:
    frame, _ = thumbnails.frame_at(files.turned_video(tmp_path / "film.mp4"), 0.5)
    assert frame.size == (72, 128)


def test_a_frame_keeps_the_colours_that_players_show(tmp_path: Path) -> None:
    """Untagged, a large film means other colours than a small one."""
    for size, unnamed in (((1280, 720), "709"), ((640, 360), "601")):
        path = files.red_film(tmp_path / f"{unnamed}.mp4", size=size, matrix=unnamed)
        red, green, blue = thumbnails.frame_at(path, 0)[0].getpixel((50, 50))
        assert (red, green, blue) == (
            pytest.approx(200, abs=4),
            pytest.approx(40, abs=4),
            pytest.approx(60, abs=4),
        )


def test_a_broken_film_gives_no_frame(tmp_path: Path, film: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(film.read_bytes()[:600])
    with pytest.raises(UnreadableMedia) as caught:
        thumbnails.frame_at(broken, 1)
    assert caught.value.code == Refusal.DAMAGED


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.png", b"not a picture at all"),
        ("empty.png", b""),
        ("cut.jpg", files.picture("JPEG", (300, 200))[:900]),
        ("sky.png", files.png_header(20000, 20000)),
    ],
)
def test_a_refused_file_leaves_nothing_behind(name: str, content: bytes, settings: object) -> None:
    rows, objects = MediaFile.objects.count(), object_count()
    with pytest.raises(UnreadableMedia, match=f"^{name}: "):
        added(content, name)
    assert (MediaFile.objects.count(), object_count()) == (rows, objects)
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


def test_the_memory_does_not_grow_with_the_file(
    tmp_path: Path, memory_of: Callable[[Callable[[], object]], int]
) -> None:
    path = files.video(tmp_path / "film.mp4")
    with path.open("ab") as stream:
        stream.write((200_000_000).to_bytes(4) + b"free")
        stream.truncate(path.stat().st_size + 200_000_000)
    assert memory_of(lambda: ingest.add_media(path)) < 64_000_000


@pytest.fixture
def memory_of() -> Callable[[Callable[[], object]], int]:
    """How many bytes Python's memory grows at most while something is done, once everything is loaded."""
    import tracemalloc

    def measured(work: Callable[[], object]) -> int:
        added(files.picture(size=(68, 44)))
        tracemalloc.start()
        try:
            work()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    return measured


def test_what_is_made_of_a_video_still_plays(tmp_path: Path) -> None:
    media = ingest.add_media(files.video(tmp_path / "film.mov"))
    storage.download(media.key, tmp_path / "back")
    with av.open(str(tmp_path / "back")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 48
