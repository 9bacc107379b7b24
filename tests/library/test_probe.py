"""What is found in a file, and the sentence that refuses it."""

from pathlib import Path

import pytest

from library.probe import MAX_IMAGE_BYTES, Facts, Refusal, UnreadableMedia, audio_video, display_name
from library.probe.identify import content_digest, frame_times, irregular_times, probe
from tests.library import files


def kept(folder: Path, content: bytes, name: str = "file") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("format", "mime", "extension"),
    [
        ("PNG", "image/png", "png"),
        ("JPEG", "image/jpeg", "jpg"),
        ("GIF", "image/gif", "gif"),
        ("BMP", "image/bmp", "bmp"),
        ("WEBP", "image/webp", "webp"),
    ],
)
def test_pictures_are_known_by_their_content(tmp_path: Path, format: str, mime: str, extension: str) -> None:
    content = files.picture(format)
    found = probe(kept(tmp_path, content, "wrong.mp3"))
    assert found == Facts("image", mime, len(content), 64, 40, codec=extension)
    assert found.extension == extension


def test_the_size_is_that_of_the_picture_as_it_is_shown(tmp_path: Path) -> None:
    found = probe(kept(tmp_path, files.picture("JPEG", exif=files.exif(6))))
    assert (found.width, found.height) == (40, 64)


@pytest.mark.parametrize(("ending", "mime"), [("mp4", "video/mp4"), ("mov", "video/quicktime")])
def test_videos_are_measured(tmp_path: Path, ending: str, mime: str) -> None:
    path = files.video(tmp_path / f"film.{ending}")
    found = probe(path)
    assert (found.kind, found.mime, found.size) == ("video", mime, path.stat().st_size)
    assert (found.width, found.height, found.fps, found.codec) == (128, 72, 24, "h264")
    assert found.seconds == pytest.approx(2, abs=0.05)
    assert found.has_audio is False
    assert found.extension == ending


def test_a_turned_video_is_measured_as_it_is_shown(tmp_path: Path) -> None:
    found = probe(files.turned_video(tmp_path / "film.mp4"))
    assert (found.width, found.height) == (72, 128)


def test_sound_is_measured(tmp_path: Path) -> None:
    wav = probe(kept(tmp_path, files.sound(1.5)))
    assert (wav.kind, wav.mime, wav.has_audio) == ("audio", "audio/wav", True)
    assert wav.seconds == pytest.approx(1.5, abs=0.01)
    mp3 = probe(files.mp3(tmp_path / "voice", 1.5))
    assert (mp3.mime, mp3.codec) == ("audio/mpeg", "mp3float")
    assert mp3.seconds == pytest.approx(1.5, abs=0.1)


JPEG = files.picture("JPEG", (400, 300))
REFUSALS = {
    "notes.png": ("Scene 4: the harbour. Käthe enters.".encode(), Refusal.TEXT, {}),
    "noise.mp4": (bytes(range(128, 256)) * 3, Refusal.UNKNOWN_FORMAT, {}),
    "empty.png": (b"", Refusal.EMPTY, {}),
    "cut.jpg": (JPEG[: len(JPEG) // 2], Refusal.DAMAGED, {}),
    "cut.png": (files.picture()[:90], Refusal.DAMAGED, {}),
    "cut.gif": (files.animation(5)[:400], Refusal.DAMAGED, {}),
    "head.mp4": (b"\0\0\0\x18ftypisom" + bytes(60), Refusal.DAMAGED, {}),
    "sky.png": (
        files.png_header(20000, 20000),
        Refusal.TOO_MANY_PIXELS,
        {"width": 20000, "height": 20000, "limit": 40_000_000},
    ),
    "huge.png": (
        files.picture() + bytes(MAX_IMAGE_BYTES),
        Refusal.IMAGE_TOO_LARGE,
        {"size": MAX_IMAGE_BYTES + len(files.picture()), "limit": MAX_IMAGE_BYTES},
    ),
    "film.gif": (
        files.crowded_animation(60, 2000, 2000),
        Refusal.ANIMATION_TOO_LARGE,
        {"frames": 60, "width": 2000, "height": 2000, "limit": 200_000_000},
    ),
    "logo.svg": (
        b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        Refusal.UNSUPPORTED_GRAPHIC,
        {"format": "SVG"},
    ),
    "phone.jpg": (b"\0\0\0\x18ftypheic" + bytes(60), Refusal.UNSUPPORTED_IMAGE, {"format": "HEIC"}),
    "clip.mp4": (b"\x1aE\xdf\xa3" + bytes(60), Refusal.UNSUPPORTED_VIDEO, {"format": "WebM/Matroska"}),
    "slow.wav": (files.slow_sound(), Refusal.TOO_LONG, {"limit": 3600}),
    "list.mp4": (b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/secret\n", Refusal.TEXT, {}),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_an_unusable_file_is_refused_with_code_and_values(tmp_path: Path, name: str) -> None:
    content, code, values = REFUSALS[name]
    with pytest.raises(UnreadableMedia) as caught:
        probe(kept(tmp_path, content), name=name)
    assert (caught.value.code, caught.value.name, caught.value.values) == (code, name, values)


def test_a_truncated_video_is_refused(tmp_path: Path) -> None:
    path = files.video(tmp_path / "film.mp4", seconds=4, movflags="faststart")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    with pytest.raises(UnreadableMedia) as caught:
        probe(path)
    assert (caught.value.code, caught.value.values["declared"]) == (Refusal.TRUNCATED, 4.0)
    assert 0 < caught.value.values["readable"] < 4


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("mara.png", "mara.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\pictures\\mara.png", "mara.png"),
        ("a\0b\n.png", "ab.png"),
        ("\u202egnp.exe", "gnp.exe"),
        ("", "unnamed"),
        ("🎬.png", "🎬.png"),
        ("x" * 300 + ".png", "x" * 30 + "…" + "x" * 25 + ".png"),
    ],
)
def test_names_are_made_fit_for_a_sentence(name: str, shown: str) -> None:
    assert display_name(name) == shown
    assert len(display_name(name)) <= 60


def test_frames_are_counted_as_they_are_decoded_and_long_films_by_what_is_stored(tmp_path, monkeypatch):
    film = files.video(tmp_path / "film.mp4", seconds=2, fps=25)
    decoded = frame_times(film)
    assert decoded == pytest.approx([number / 25 for number in range(50)])
    monkeypatch.setattr(audio_video, "MAX_DECODED_PIXELS", 0)
    assert frame_times(film) == decoded


def test_who_counts_frames_may_be_stopped(tmp_path):
    film = files.video(tmp_path / "film.mp4", seconds=1)
    with pytest.raises(KeyboardInterrupt):
        frame_times(film, keep=lambda: (_ for _ in ()).throw(KeyboardInterrupt))


@pytest.mark.parametrize(
    ("times", "fps", "is_uneven"),
    [
        ([number / 24 for number in range(90)], 24.0, False),
        ([number * 1001 / 30000 for number in range(3000)], 29.97, False),
        ([round(number / 32, 3) for number in range(90)], 32.0, False),
        ([0.0], 24.0, False),
        ([0.083333, 0.125, 0.166667], 24.0, True),
        ([0.0, 0.063, 0.104667], 24.0, True),
        ([0.0, 0.04, 0.12], 16.667, True),
        ([0.0], 0.0, True),
    ],
)
def test_times_are_kept_of_films_that_do_not_keep_to_their_rate(times, fps, is_uneven):
    assert irregular_times(times, fps) == (times if is_uneven else [])


def test_what_is_played_is_told_apart_from_where_it_lies(tmp_path):
    late = files.video(tmp_path / "late.mp4", seconds=1)
    early = files.video(tmp_path / "early.mp4", seconds=1, movflags="faststart")
    assert late.read_bytes() != early.read_bytes()
    assert content_digest(late) == content_digest(early)
    assert content_digest(files.video(tmp_path / "other.mp4", seconds=2)) != content_digest(late)
