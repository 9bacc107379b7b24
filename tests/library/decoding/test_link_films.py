"""Copies of a film: what is burnt in, what is kept, what nobody can read from the file."""

from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image, ImageChops

from library.decoder.remuxing import copy_without_metadata
from library.decoder.watermark import add_watermark, overlay
from library.decoder.watermarking import burn_in
from library.probe import UnreadableMedia, identify
from library.watermark_fonts import undrawable
from tests.generation import striped_films

UNEVEN = [0, 1, 2, 5, 6, 9, 10, 11, 15, 16, 17, 20]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Twelve frames at uneven times, with sound, titles and the encoder's own notes."""
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update({"title": "skyreels-v4", "creation_time": "2026-11-30T00:00:00Z"})
        video = container.add_stream("libx264", rate=24, options={"bf": "2"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        sound = container.add_stream("aac", rate=44_100, layout="stereo")
        for number, tick in enumerate(UNEVEN):
            frame = av.VideoFrame.from_image(Image.new("RGB", (320, 180), (20 * number, 90, 60)))
            frame.pts, frame.time_base = tick, Fraction(1, 24)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for number in range(30):
            block = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
            for plane in block.planes:
                plane.update(bytes(plane.buffer_size))
            block.sample_rate, block.pts, block.time_base = 44_100, number * 1024, Fraction(1, 44_100)
            container.mux(sound.encode(block))
        container.mux(sound.encode(None))
    return path


def packets(path: Path, kind: str) -> list[tuple[int, bytes]]:
    with av.open(str(path)) as container:
        found = container.demux(**{kind: 0})
        return [(packet.pts, bytes(packet)) for packet in found if packet.size]


def facts(path: Path) -> tuple[object, ...]:
    found = identify.probe(path)
    return (found.width, found.height, found.codec, found.has_audio, identify.frame_times(path))


def test_a_copy_has_the_same_frames_and_sound_and_nothing_beside(film: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    copy_without_metadata(film, copy)
    assert facts(copy) == facts(film)
    assert striped_films.decoded(copy) == striped_films.decoded(film)
    assert packets(copy, "audio") == packets(film, "audio")
    for told in (b"skyreels", b"2026-11", b"Lavf", b"x264"):
        assert (told in film.read_bytes(), told in copy.read_bytes()) == (True, False), told
    with av.open(str(copy)) as container:
        assert not {"title", "encoder", "creation_time", "comment"} & set(container.metadata)


def test_the_mark_is_in_every_frame_and_times_and_sound_stay(film: Path, tmp_path: Path) -> None:
    marked = tmp_path / "marked.mp4"
    burn_in(film, marked, "for Otto")
    assert facts(marked) == facts(film)
    assert packets(marked, "audio") == packets(film, "audio")
    drawn = overlay("for Otto", (320, 180)).getchannel("A").point(lambda level: 255 if level > 60 else 0)
    for before, after in zip(striped_films.decoded(film), striped_films.decoded(marked), strict=True):
        changed = ImageChops.difference(before.convert("L"), after.convert("L")).point(
            lambda level: 255 if level > 12 else 0
        )
        inside = ImageChops.multiply(changed, drawn).histogram()[255]
        assert inside > 0.4 * drawn.histogram()[255]
    assert b"skyreels" not in marked.read_bytes()


def test_what_is_no_film_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film" * 100)
    with pytest.raises(UnreadableMedia):
        burn_in(broken, tmp_path / "x.mp4", "x")
    with pytest.raises(UnreadableMedia):
        copy_without_metadata(broken, tmp_path / "x.mp4")


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_mark_can_be_read_on_any_ground(shade: int) -> None:
    plain = Image.new("RGB", (640, 360), (shade, shade, shade))
    levels = add_watermark(plain, "for Otto").convert("L").getextrema()
    assert levels[1] - levels[0] > 60


@pytest.mark.parametrize(
    "text", ["Otto Ünal", "Ελένη", "Жанна", "नमस्ते", "马拉 東京 さくら 서울", "مرحبا", "a-1 · (©) “x”"]
)
def test_these_scripts_are_drawn_by_glyphs_of_their_own(text: str) -> None:
    assert undrawable(text) == []
    boxes = overlay("\ufffd" * len(text), (640, 360)).getchannel("A")
    assert overlay(text, (640, 360)).getchannel("A").tobytes() != boxes.tobytes()


@pytest.mark.parametrize(
    ("text", "missing"),
    [("a😀b😀", ["😀"]), ("ไทย", ["ไ", "ท", "ย"]), ("a\u200db\u202e", ["\u200d", "\u202e"])],
)
def test_what_no_font_has_is_named(text: str, missing: list[str]) -> None:
    assert undrawable(text) == missing
