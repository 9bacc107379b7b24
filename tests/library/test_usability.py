"""What an asset can be used as, at both sides of each of the provider's limits (skyreels-api.md, sections 1 and 7)."""

from dataclasses import dataclass

import pytest

from library.usability import API_NAMES, MAX_IMAGE_BYTES, Finding, Issue, Use, usability_of
from library.usability_text import TEXTS, USE_NAMES, finding_text, usability_text, use_names


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
    ("kind", "is_grid", "files", "uses", "issue"),
    [
        ("image", False, [PNG], FRAME, None),
        ("image", True, [PNG], Use.GRID, None),
        ("image", False, [picture(MAX_IMAGE_BYTES)], FRAME, None),
        ("image", False, [picture(MAX_IMAGE_BYTES + 1)], Use(0), Issue.IMAGE_TOO_LARGE),
        ("image", True, [picture(12_400_000)], Use(0), Issue.IMAGE_TOO_LARGE),
        ("image", True, [PNG, PNG], Use(0), Issue.NOT_ONE_GRID_IMAGE),
        ("image", True, [], Use(0), Issue.NO_FILES),
        ("image", False, [PNG, PNG], Use(0), Issue.NOT_ONE_IMAGE),
        ("character", False, [PNG], Use.SUBJECT, None),
        ("character", False, [PNG] * 5, Use.SUBJECT, None),
        ("character", False, [PNG] * 6, Use(0), Issue.IMAGE_COUNT),
        ("character", False, [WAV], Use(0), Issue.IMAGE_COUNT),
        ("character", False, [PNG, WAV], Use.SUBJECT | Use.VOICE, None),
        ("character", False, [PNG, WAV, WAV], Use(0), Issue.VOICE_COUNT),
        ("character", False, [PNG, voice(15.0)], Use.SUBJECT | Use.VOICE, None),
        ("character", False, [PNG, voice(15.01)], Use.SUBJECT, Issue.VOICE_TOO_LONG),
        ("character", False, [PNG, picture(MAX_IMAGE_BYTES + 500_000)], Use(0), Issue.IMAGE_TOO_LARGE),
        ("video", False, [clip(10.0)], CLIP, None),
        ("video", False, [clip(10.2)], CLIP, Issue.VIDEO_MAY_BE_TOO_LONG),
        ("video", False, [clip(15.0)], CLIP, Issue.VIDEO_MAY_BE_TOO_LONG),
        ("video", False, [clip(15.02)], Use(0), Issue.VIDEO_TOO_LONG),
        ("video", False, [clip(17.2)], Use(0), Issue.VIDEO_TOO_LONG),
        ("video", False, [clip(None)], Use(0), Issue.VIDEO_LENGTH_UNKNOWN),
        ("audio", False, [voice(15.0)], Use.VOICE, None),
        ("audio", False, [voice(15.04)], Use(0), Issue.VOICE_TOO_LONG),
        ("audio", False, [voice(61.0)], Use(0), Issue.VOICE_TOO_LONG),
        ("audio", False, [voice(None)], Use(0), Issue.VOICE_LENGTH_UNKNOWN),
    ],
)
def test_files_determine_the_uses(
    kind: str, is_grid: bool, files: list[File], uses: Use, issue: Issue | None
) -> None:
    usability = usability_of(kind, is_grid, files)
    found = [finding.issue for finding in (*usability.refusals, *usability.warnings)]
    assert (usability.uses, found) == (uses, [issue] if issue else [])


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
    usability = usability_of(kind, False, [file])
    assert bool(usability.uses) == can
    assert [finding.mime for finding in usability.refusals] == ([] if can else [file.mime])


def test_every_use_and_every_issue_has_a_text() -> None:
    assert set(USE_NAMES) == set(API_NAMES) == set(Use)
    assert len({use_names(use) for use in Use}) == len(Use) == 6
    assert use_names(0) == ""
    assert set(TEXTS) == set(Issue)
    assert all(finding_text(Finding(issue, 17.2, 15.0, "audio/ogg")) for issue in Issue)


@pytest.mark.parametrize(("seconds", "shown"), [(15.02, "15.02"), (17.2, "17.2"), (15.000001, "15.000001")])
def test_a_value_above_the_limit_is_never_rounded_down_to_it(seconds: float, shown: str) -> None:
    assert f"{shown} s" in usability_text(usability_of("video", False, [clip(seconds)]))
