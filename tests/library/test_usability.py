"""What an asset can be used as, at both sides of each of the provider's limits (skyreels-api.md, sections 1 and 7)."""

from dataclasses import dataclass

import pytest

from library.usability import MAX_PICTURE_BYTES, Use, names_of, uses_of


@dataclass(frozen=True)
class File:
    kind: str
    mime: str
    size: int = 40_000
    seconds: float | None = None


PNG = File("image", "image/png")
WAV = File("audio", "audio/wav", seconds=4.0)
MP4 = File("video", "video/mp4", seconds=4.0)
FRAME = Use.FRAME | Use.SUBJECT
CLIP = Use.MOTION | Use.EXTENSION


def picture(size: int = 40_000, mime: str = "image/png") -> File:
    return File("image", mime, size)


def clip(seconds: float | None, mime: str = "video/mp4") -> File:
    return File("video", mime, seconds=seconds)


def voice(seconds: float | None, mime: str = "audio/mpeg") -> File:
    return File("audio", mime, seconds=seconds)


@pytest.mark.parametrize(
    ("kind", "is_grid", "files", "uses", "mark"),
    [
        ("image", False, [PNG], FRAME, "first, mid or end frame, reference"),
        ("image", True, [PNG], Use.GRID, "grid reference"),
        (
            "image",
            False,
            [picture(MAX_PICTURE_BYTES)],
            FRAME,
            "first, mid or end frame, reference",
        ),
        (
            "image",
            False,
            [picture(MAX_PICTURE_BYTES + 1)],
            Use(0),
            "too large for a frame or reference: 10.000001 MB of 10",
        ),
        ("image", True, [picture(12_400_000)], Use(0), "too large for a grid: 12.4 MB of 10"),
        ("image", True, [PNG, PNG], Use(0), "a grid is exactly one picture, here are 2"),
        ("image", True, [], Use(0), "no files yet"),
        ("image", False, [PNG, PNG], Use(0), "a frame is exactly one picture, here are 2"),
        ("character", False, [PNG], Use.SUBJECT, "reference"),
        ("character", False, [PNG] * 5, Use.SUBJECT, "reference"),
        ("character", False, [PNG] * 6, Use(0), "a reference has 1 to 5 pictures, this one 6"),
        ("character", False, [WAV], Use(0), "a reference has 1 to 5 pictures, this one 0"),
        ("character", False, [PNG, WAV], Use.SUBJECT | Use.VOICE, "reference, voice"),
        ("character", False, [PNG, WAV, WAV], Use(0), "a reference has one voice, this one 2"),
        ("character", False, [PNG, voice(15.0)], Use.SUBJECT | Use.VOICE, "reference, voice"),
        (
            "character",
            False,
            [PNG, voice(15.01)],
            Use.SUBJECT,
            "reference; too long for a voice: 15.01 s of 15",
        ),
        (
            "character",
            False,
            [PNG, picture(MAX_PICTURE_BYTES + 500_000)],
            Use(0),
            "too large for a reference: 10.5 MB of 10",
        ),
        ("video", False, [clip(10.0)], CLIP, "motion reference, extension"),
        (
            "video",
            False,
            [clip(10.2)],
            CLIP,
            "motion reference, extension; longer than 10 s (10.2 s): it may be refused",
        ),
        (
            "video",
            False,
            [clip(15.0)],
            CLIP,
            "motion reference, extension; longer than 10 s (15.0 s): it may be refused",
        ),
        (
            "video",
            False,
            [clip(15.02)],
            Use(0),
            "too long for a motion reference or extension: 15.02 s of 15",
        ),
        ("video", False, [clip(17.2)], Use(0), "too long for a motion reference or extension: 17.2 s of 15"),
        (
            "video",
            False,
            [clip(None)],
            Use(0),
            "its length is not known, which a motion reference or extension needs",
        ),
        ("audio", False, [voice(15.0)], Use.VOICE, "voice"),
        ("audio", False, [voice(15.04)], Use(0), "too long for a voice: 15.04 s of 15"),
        ("audio", False, [voice(61.0)], Use(0), "too long for a voice: 61.0 s of 15"),
    ],
)
def test_a_mark_says_what_it_can_be_used_as(
    kind: str, is_grid: bool, files: list[File], uses: Use, mark: str
) -> None:
    fitness = uses_of(kind, is_grid, files)
    assert (fitness.uses, fitness.mark) == (uses, mark)


@pytest.mark.parametrize(
    ("kind", "file", "can"),
    [
        *(("image", picture(mime=f"image/{name}"), True) for name in ("jpeg", "png", "gif", "bmp")),
        ("image", picture(mime="image/webp"), False),
        ("video", clip(4, "video/mp4"), True),
        ("video", clip(4, "video/quicktime"), True),
        ("video", clip(4, "video/webm"), False),
        ("audio", voice(4, "audio/mpeg"), True),
        ("audio", voice(4, "audio/wav"), True),
        ("audio", voice(4, "audio/ogg"), False),
    ],
)
def test_only_the_provider_s_file_types_can_be_sent(kind: str, file: File, can: bool) -> None:
    fitness = uses_of(kind, False, [file])
    assert bool(fitness.uses) == can
    assert (file.mime in fitness.mark) == (not can)


def test_no_bits_have_no_names() -> None:
    assert names_of(0) == ""


def test_each_use_has_a_name_of_its_own() -> None:
    assert len({names_of(use) for use in Use}) == len(Use) == 6
