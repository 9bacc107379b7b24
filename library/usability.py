"""What an asset can be used as: the provider's limits against the facts of its files. Pure.

The limits stand in skyreels-api.md, sections 1 and 7. Each use is a bit, so that a list filters by one number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from typing import Protocol

MAX_PICTURES = 5
MAX_PICTURE_BYTES = 10_000_000
MAX_CLIP_SECONDS = 15.0
SURE_CLIP_SECONDS = 10.0
MAX_VOICE_SECONDS = 15.0
PICTURE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/bmp")
CLIP_TYPES = ("video/mp4", "video/quicktime")
VOICE_TYPES = ("audio/mpeg", "audio/wav")


class Use(IntFlag):
    """Where a request can carry the asset."""

    FRAME = 1  # first, mid or end frame
    SUBJECT = 2  # one of the subjects, with its pictures
    GRID = 4  # a collage of several views
    MOTION = 8  # the clip whose motion is followed
    EXTENSION = 16  # the clip that goes on
    VOICE = 32  # a subject's voice


NAMES = {
    Use.FRAME: "first, mid or end frame",
    Use.SUBJECT: "reference",
    Use.GRID: "grid reference",
    Use.MOTION: "motion reference",
    Use.EXTENSION: "extension",
    Use.VOICE: "voice",
}


class File(Protocol):
    """The facts of one file: `kind` is image, video or audio, `size` in bytes, `seconds` where it has a length."""

    @property
    def kind(self) -> str: ...
    @property
    def mime(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def seconds(self) -> float | None: ...


@dataclass(frozen=True)
class Fitness:
    """What it can be used as, why not as more (`refusals`), and what the provider may still object to."""

    uses: Use
    refusals: Sequence[str] = ()
    warnings: Sequence[str] = ()

    @property
    def mark(self) -> str:
        """One line for people: `extension; too long for a motion reference: 17.2 s of 15`."""
        return "; ".join(filter(None, (names_of(self.uses), *self.refusals, *self.warnings)))


def names_of(uses: int) -> str:
    """The names of these bits: `first, mid or end frame, reference`."""
    return ", ".join(name for use, name in NAMES.items() if use & uses)


def uses_of(kind: str, is_grid: bool, files: Sequence[File]) -> Fitness:
    """What an asset of this kind (a value of `Asset.Kind`) with these files can be used as.

    A character is a subject with 1 to 5 pictures and at most one voice; a grid is exactly one picture and nothing
    else, since the provider takes it as a collage (skyreels-api.md, section 1).
    """
    if not files:
        return Fitness(Use(0), ["no files yet"])
    if kind == "character":
        return _character(files)
    if kind == "image":
        return _picture(is_grid, files)
    return _clip(files[0]) if kind == "video" else _voice(files[0])


def _character(files: Sequence[File]) -> Fitness:
    pictures = [file for file in files if file.kind == "image"]
    voices = [file for file in files if file.kind == "audio"]
    refusals = _picture_refusals(pictures, "a reference")
    if not 1 <= len(pictures) <= MAX_PICTURES:
        refusals.append(f"a reference has 1 to {MAX_PICTURES} pictures, this one {len(pictures)}")
    if len(voices) > 1:
        refusals.append(f"a reference has one voice, this one {len(voices)}")
    uses = Use(0) if refusals else Use.SUBJECT
    if len(voices) == 1:
        voice = _voice(voices[0])
        # Without its voice it is still a subject; a voice without a subject cannot be sent.
        uses |= voice.uses if uses else Use(0)
        refusals += voice.refusals
    return Fitness(uses, refusals)


def _picture(is_grid: bool, files: Sequence[File]) -> Fitness:
    refusals = _picture_refusals(files, "a grid" if is_grid else "a frame or reference")
    if len(files) != 1:
        refusals.append(f"a {'grid' if is_grid else 'frame'} is exactly one picture, here are {len(files)}")
    if refusals:
        return Fitness(Use(0), refusals)
    return Fitness(Use.GRID if is_grid else Use.FRAME | Use.SUBJECT)


def _picture_refusals(pictures: Sequence[File], wanted: str) -> list[str]:
    found = []
    for picture in pictures:
        if picture.mime not in PICTURE_TYPES:
            found.append(f"{wanted} is JPEG, PNG, GIF or BMP, not {picture.mime}")
        if picture.size > MAX_PICTURE_BYTES:
            over = _over(picture.size / 1e6, MAX_PICTURE_BYTES / 1e6)
            found.append(f"too large for {wanted}: {over} MB of {MAX_PICTURE_BYTES // 1_000_000}")
    return list(dict.fromkeys(found))


def _clip(clip: File) -> Fitness:
    if clip.mime not in CLIP_TYPES:
        return Fitness(Use(0), [f"a motion reference or extension is MP4 or MOV, not {clip.mime}"])
    if refusal := _too_long(clip, MAX_CLIP_SECONDS, "a motion reference or extension"):
        return Fitness(Use(0), [refusal])
    uses = Use.MOTION | Use.EXTENSION
    if (clip.seconds or 0) > SURE_CLIP_SECONDS:
        over = _over(clip.seconds or 0, SURE_CLIP_SECONDS)
        return Fitness(uses, (), [f"longer than {SURE_CLIP_SECONDS:g} s ({over} s): it may be refused"])
    return Fitness(uses)


def _voice(voice: File) -> Fitness:
    if voice.mime not in VOICE_TYPES:
        return Fitness(Use(0), [f"a voice is MP3 or WAV, not {voice.mime}"])
    if refusal := _too_long(voice, MAX_VOICE_SECONDS, "a voice"):
        return Fitness(Use(0), [refusal])
    return Fitness(Use.VOICE)


def _too_long(file: File, limit: float, wanted: str) -> str:
    if file.seconds is None:
        return f"its length is not known, which {wanted} needs"
    if file.seconds <= limit:
        return ""
    return f"too long for {wanted}: {_over(file.seconds, limit)} s of {limit:g}"


def _over(value: float, limit: float) -> str:
    """A figure above the limit with as few decimals as still show it: never `15.0 of 15`."""
    shown = (f"{value:.{digits}f}" for digits in (1, 2, 3, 4, 5))
    return next((text for text in shown if float(text) > limit), repr(value))
