"""Whatever a file holds, it is either taken in clean or refused with a sentence; nothing else happens."""

import random
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from library.decoder import privacy, thumbnails
from library.probe import UnreadableMedia
from library.probe.identify import examine, probe
from tests.library import files

ROUNDS = 80


def taken_in(path: Path) -> Path | None:
    """The cleaned file, or none if it was refused."""
    try:
        clean = privacy.cleaned(path, *examine(path))
        thumbnails.save_thumbnail(clean, probe(clean), path.with_name("thumbnail"))
    except UnreadableMedia as refusal:
        name = refusal.name
    else:
        return clean
    assert name in {path.name, "cleaned"}
    return None


def sample(kind: str, folder: Path) -> tuple[bytes, int]:
    """A sound file, and up to where bytes are changed in it."""
    if kind == "camera.jpg":
        content = files.picture("JPEG", exif=files.exif(6, place=True))
        return content, content.index(b"\xff\xdb")
    made = {
        "picture.png": lambda: files.picture("PNG", exif=files.exif(place=True)),
        "moving.gif": lambda: files.animation(4),
        "picture.webp": lambda: files.picture("WEBP"),
        "voice.wav": lambda: files.sound(0.2),
        "film.mp4": lambda: files.video(folder / "made.mp4", location="+52.5200+013.4050/").read_bytes(),
        "voice.mp3": lambda: files.mp3(folder / "made.mp3", 0.2).read_bytes(),
    }[kind]()
    return made, len(made)


@pytest.mark.parametrize(
    "kind", ["camera.jpg", "picture.png", "moving.gif", "picture.webp", "voice.wav", "film.mp4", "voice.mp3"]
)
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_file_with_changed_bytes_is_taken_in_or_refused(tmp_path: Path, kind: str) -> None:
    content, end = sample(kind, tmp_path)
    chance = random.Random(kind)
    path = tmp_path / kind
    for _ in range(ROUNDS):
        changed = bytearray(content)
        for _ in range(chance.randint(1, 6)):
            changed[chance.randrange(4, end)] = chance.randrange(256)
        path.write_bytes(changed)
        clean = taken_in(path)
        if clean and kind == "camera.jpg":
            with Image.open(clean) as picture:
                assert dict(picture.getexif().get_ifd(0x8825)) == {}


@pytest.mark.parametrize(
    "kind", ["camera.jpg", "picture.png", "moving.gif", "voice.wav", "film.mp4", "voice.mp3"]
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_file_that_ends_too_early_is_taken_in_or_refused(tmp_path: Path, kind: str) -> None:
    content, _ = sample(kind, tmp_path)
    path = tmp_path / kind
    for part in range(1, 40):
        path.write_bytes(content[: len(content) * part // 40])
        clean = taken_in(path)
        assert clean is None or kind != "camera.jpg"
        # Behind the film of an MP4 stands its index, and last in it what may be missing.
        assert clean is None or kind != "film.mp4" or probe(clean).seconds == 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_to_hold_a_camera_ends_upright(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "camera.png"
    path.write_bytes(files.picture("PNG", exif=files.exif(orientation)))
    clean = taken_in(path)
    with Image.open(path) as taken, Image.open(clean) as upright:
        assert upright.tobytes() == ImageOps.exif_transpose(taken).tobytes()
        assert (upright.getexif().get(0x0112, 1)) == 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            files.picture("JPEG") + b"PK\x03\x04" + b"<script>alert(1)</script>", id="picture and archive"
        ),
        pytest.param(files.picture("GIF") + b"/*<?php echo 1; ?>*/", id="picture and program"),
    ],
)
def test_a_picture_that_is_something_else_too_is_kept_as_a_picture(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "two_things.html"
    path.write_bytes(content)
    assert probe(path).mime in {"image/jpeg", "image/gif"}
    assert taken_in(path) == path
