"""Determine what an asset can be used as, from the provider's limits and the facts of its files. Pure.

The limits are in skyreels-api.md, sections 1 and 7. Each use is a bit, so that lists can filter by one number.
Problems are codes with values; `library.usability_text` renders them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag, StrEnum, auto
from typing import Protocol

MAX_IMAGES = 5
MAX_IMAGE_BYTES = 10_000_000
MAX_VIDEO_SECONDS = 15.0
SAFE_VIDEO_SECONDS = 10.0
MAX_VOICE_SECONDS = 15.0
IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/bmp")
VIDEO_TYPES = ("video/mp4", "video/quicktime")
VOICE_TYPES = ("audio/mpeg", "audio/wav")


class Use(IntFlag):
    """The roles that an asset can have in a request."""

    FRAME = 1  # first, mid or end frame
    SUBJECT = 2  # one of the subjects, with its images
    GRID = 4  # a collage of several views
    MOTION = 8  # the video whose motion is followed
    EXTENSION = 16  # the video to extend
    VOICE = 32  # a subject's voice


# The names of the uses in the API.
API_NAMES = {
    Use.FRAME: "first, mid or end frame",
    Use.SUBJECT: "reference",
    Use.GRID: "grid reference",
    Use.MOTION: "motion reference",
    Use.EXTENSION: "extension",
    Use.VOICE: "voice",
}


class Issue(StrEnum):
    """Why an asset cannot be used in some way, or may be refused. The comments list the fields that are set."""

    NO_FILES = auto()
    IMAGE_COUNT = auto()  # value: number of images
    VOICE_COUNT = auto()  # value: number of voices
    NOT_ONE_IMAGE = auto()  # value: number of images
    NOT_ONE_GRID_IMAGE = auto()  # value: number of images
    IMAGE_TYPE = auto()  # mime
    IMAGE_TOO_LARGE = auto()  # value and limit: megabytes
    VIDEO_TYPE = auto()  # mime
    VIDEO_TOO_LONG = auto()  # value and limit: seconds
    VIDEO_MAY_BE_TOO_LONG = auto()  # value and limit: seconds
    VIDEO_LENGTH_UNKNOWN = auto()
    VOICE_TYPE = auto()  # mime
    VOICE_TOO_LONG = auto()  # value and limit: seconds
    VOICE_LENGTH_UNKNOWN = auto()


@dataclass(frozen=True)
class Finding:
    """An issue with its values."""

    issue: Issue
    value: float = 0
    limit: float = 0
    mime: str = ""


class File(Protocol):
    """The facts of a file: `kind` is image, video or audio, `size` in bytes, `seconds` if it has a length."""

    @property
    def kind(self) -> str: ...
    @property
    def mime(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def seconds(self) -> float | None: ...


@dataclass(frozen=True)
class Usability:
    """The uses of an asset, why it has no others (`refusals`), and what the provider may refuse (`warnings`)."""

    uses: Use
    refusals: Sequence[Finding] = ()
    warnings: Sequence[Finding] = ()


def usability_of(kind: str, is_grid: bool, files: Sequence[File]) -> Usability:
    """Return what an asset of this kind (a value of `Asset.Kind`) with these files can be used as.

    A character is a subject with 1 to 5 images and at most one voice. A grid is exactly one image, which the provider
    accepts only as a collage (skyreels-api.md, section 1).
    """
    if not files:
        return Usability(Use(0), [Finding(Issue.NO_FILES)])
    if kind == "character":
        return _character(files)
    if kind == "image":
        return _image(is_grid, files)
    return _video(files[0]) if kind == "video" else _voice(files[0])


def _character(files: Sequence[File]) -> Usability:
    images = [file for file in files if file.kind == "image"]
    voices = [file for file in files if file.kind == "audio"]
    refusals = _image_refusals(images)
    if not 1 <= len(images) <= MAX_IMAGES:
        refusals.append(Finding(Issue.IMAGE_COUNT, len(images), MAX_IMAGES))
    if len(voices) > 1:
        refusals.append(Finding(Issue.VOICE_COUNT, len(voices), 1))
    uses = Use(0) if refusals else Use.SUBJECT
    if len(voices) == 1:
        voice = _voice(voices[0])
        # A subject can be sent without its voice, but not a voice without a subject.
        uses |= voice.uses if uses else Use(0)
        refusals += voice.refusals
    return Usability(uses, refusals)


def _image(is_grid: bool, files: Sequence[File]) -> Usability:
    refusals = _image_refusals(files)
    if len(files) != 1:
        refusals.append(Finding(Issue.NOT_ONE_GRID_IMAGE if is_grid else Issue.NOT_ONE_IMAGE, len(files), 1))
    if refusals:
        return Usability(Use(0), refusals)
    return Usability(Use.GRID if is_grid else Use.FRAME | Use.SUBJECT)


def _image_refusals(images: Sequence[File]) -> list[Finding]:
    found = []
    for image in images:
        if image.mime not in IMAGE_TYPES:
            found.append(Finding(Issue.IMAGE_TYPE, mime=image.mime))
        if image.size > MAX_IMAGE_BYTES:
            found.append(Finding(Issue.IMAGE_TOO_LARGE, image.size / 1e6, MAX_IMAGE_BYTES / 1e6))
    return list(dict.fromkeys(found))


def _video(video: File) -> Usability:
    if video.mime not in VIDEO_TYPES:
        return Usability(Use(0), [Finding(Issue.VIDEO_TYPE, mime=video.mime)])
    if video.seconds is None:
        return Usability(Use(0), [Finding(Issue.VIDEO_LENGTH_UNKNOWN)])
    if video.seconds > MAX_VIDEO_SECONDS:
        return Usability(Use(0), [Finding(Issue.VIDEO_TOO_LONG, video.seconds, MAX_VIDEO_SECONDS)])
    uses = Use.MOTION | Use.EXTENSION
    if video.seconds > SAFE_VIDEO_SECONDS:
        return Usability(uses, (), [Finding(Issue.VIDEO_MAY_BE_TOO_LONG, video.seconds, SAFE_VIDEO_SECONDS)])
    return Usability(uses)


def _voice(voice: File) -> Usability:
    if voice.mime not in VOICE_TYPES:
        return Usability(Use(0), [Finding(Issue.VOICE_TYPE, mime=voice.mime)])
    if voice.seconds is None:
        return Usability(Use(0), [Finding(Issue.VOICE_LENGTH_UNKNOWN)])
    if voice.seconds > MAX_VOICE_SECONDS:
        return Usability(Use(0), [Finding(Issue.VOICE_TOO_LONG, voice.seconds, MAX_VOICE_SECONDS)])
    return Usability(Use.VOICE)
