"""Stills: exactly the frame that is asked for, and the drawing where it was drawn."""

import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import av
import pytest
from django.contrib.auth.models import User
from PIL import Image, ImageChops, ImageDraw

from generation.models import Take
from generation.reviews.notes import stills
from generation.reviews.notes.drawings import COLORS, load_strokes
from library import storage
from library.decoder.drawing import with_strokes
from library.models import Project
from tests.generation.views.conftest import make_take

SIZE = (320, 180)
SECONDS = 2
Stored = Callable[[int], tuple[Take, list[Image.Image]]]


@pytest.fixture
def stored(s3: object, alice: User, project: Project) -> Stored:
    """A take of numbered frames in the storage, with the pictures that PyAV decodes of it."""

    def store(fps: int) -> tuple[Take, list[Image.Image]]:
        take = make_take(alice, project)
        with tempfile.TemporaryDirectory() as folder:
            film = numbered(Path(folder) / "film.mp4", fps)
            storage.upload(film, take.key, "video/mp4")
            with av.open(str(film)) as container:
                decoded = [frame.to_image() for frame in container.decode(video=0)]
        take.width, take.height, take.fps, take.seconds, take.frames = *SIZE, fps, SECONDS, len(decoded)
        take.save()
        return take, decoded

    return store


def numbered(path: Path, fps: int) -> Path:
    """A film whose frames tell their number as twelve bars; with B-frames, and key frames now and then."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"bf": "3", "g": "17", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(SECONDS * fps):
            container.mux(stream.encode(av.VideoFrame.from_image(_bars(number))))
        container.mux(stream.encode(None))
    return path


def _bars(number: int) -> Image.Image:
    image = Image.new("RGB", SIZE, "navy")
    draw = ImageDraw.Draw(image)
    for bit in range(12):
        if number >> bit & 1:
            draw.rectangle((bit * 26 + 4, 20, bit * 26 + 24, 160), fill="white")
    return image


def number_on(picture: Image.Image) -> int:
    """The number that the bars tell."""
    return sum((picture.getpixel((bit * 26 + 14, 90))[0] > 128) << bit for bit in range(12))


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    assert image.format == "PNG"
    return image.convert("RGB")


@pytest.mark.parametrize("fps", [24, 25, 30, 32])
def test_the_still_is_the_frame_that_pyav_decodes(stored: Stored, fps: int) -> None:
    take, decoded = stored(fps)
    assert len(decoded) == SECONDS * fps
    for frame in (0, 1, fps - 1, fps, fps + 1, len(decoded) - 2, len(decoded) - 1):
        still = opened(stills.render(take, frame))
        assert number_on(still) == frame
        assert still.tobytes() == decoded[frame].tobytes()


def test_there_is_no_frame_beyond_the_end(stored: Stored) -> None:
    take, _ = stored(24)
    for frame in (48, -1, 10**9):
        with pytest.raises(stills.NoSuchFrame, match=str(frame)):
            stills.render(take, frame)


def test_a_storage_that_does_not_have_the_film_is_told(s3: object, alice: User, project: Project) -> None:
    with pytest.raises(stills.StillUnavailable):
        stills.render(make_take(alice, project), 3)


@pytest.mark.parametrize("size", [(320, 180), (1280, 720), (3840, 2160), (360, 640)])
def test_strokes_are_burnt_in_where_they_were_drawn(size: tuple[int, int]) -> None:
    width, height = size
    drawing = load_strokes(
        [
            {"tool": "pen", "color": "red", "width": 0.02, "points": [[0.1, 0.5], [0.3, 0.5]]},
            {"tool": "box", "color": "green", "width": 0.02, "points": [[0.9, 0.9], [0.5, 0.1]]},
            {"tool": "arrow", "color": "white", "width": 0.02, "points": [[0.1, 0.8], [0.4, 0.8]]},
            {"tool": "pen", "color": "blue", "width": 0.05, "points": [[0.2, 0.2]]},
        ]
    )
    strokes = [stroke.as_json() | {"color": COLORS[stroke.color]} for stroke in drawing]
    picture = with_strokes(Image.new("RGB", size, "#404040"), strokes)

    def at(x: float, y: float) -> str:
        return "#{:02x}{:02x}{:02x}".format(*picture.getpixel((round(x * width), round(y * height))))

    assert picture.size == size
    assert at(0.2, 0.5) == COLORS["red"]
    assert at(0.5, 0.4) == at(0.9, 0.6) == at(0.7, 0.1) == at(0.7, 0.9) == COLORS["green"]
    assert at(0.25, 0.8) == at(0.39, 0.8) == COLORS["white"]
    assert at(0.2, 0.2) == COLORS["blue"]
    assert at(0.7, 0.5) == at(0.2, 0.4) == at(0.05, 0.5) == "#404040"


def test_without_strokes_the_picture_stays_as_it_is() -> None:
    picture = _bars(5)
    assert ImageChops.difference(with_strokes(picture, []), picture).getbbox() is None
