"""The request schema of the gateway (skyreels-api.md section 1)."""

import re
import reprlib
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from generation.skyreels.limits import (
    DEFAULT_DURATION,
    MAX_DURATION,
    MAX_MID_FRAMES,
    MAX_PICTURES_PER_SUBJECT,
    MAX_REF_IMAGES,
    MAX_REF_VIDEOS,
    MIN_DURATION,
    UNSPECIFIED_TIME,
)
from generation.skyreels.media_urls import AudioUrl, ImageUrl, VideoUrl, WebUrl
from generation.skyreels.problems import RuleCode
from generation.skyreels.rules import broken_rules, without_absent
from generation.skyreels.tags import check_tag
from generation.skyreels.vocabulary import (
    AspectRatio,
    ClipType,
    Mode,
    Model,
    PictureType,
    Resolution,
    Scenario,
)
from library.text import is_blank

RULES_ERROR = "skyreels_rules"


def _check_duration(seconds: int) -> int:
    if not MIN_DURATION <= seconds <= MAX_DURATION:
        context = {"seconds": seconds, "minimum": MIN_DURATION, "maximum": MAX_DURATION}
        raise PydanticCustomError(RuleCode.DURATION_OUT_OF_RANGE, "duration out of range", context)
    return seconds


def _check_prompt(prompt: str) -> str:
    if is_blank(prompt):
        raise PydanticCustomError(RuleCode.PROMPT_EMPTY, "empty prompt")
    if re.search(r"[\x00\ud800-\udfff]", prompt):  # UTF-8 JSON and databases reject these
        raise PydanticCustomError(RuleCode.INVALID_CHARACTERS, "invalid characters")
    return prompt


def _check_pictures(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Check that there is an image. Pydantic's `min_length` counts only valid ones and would report one invalid image
    twice."""
    if not urls:
        raise PydanticCustomError(RuleCode.NO_ENTRIES, "no entries", {"limit": MAX_PICTURES_PER_SUBJECT})
    return urls


def _as_word(value: object) -> str:
    """Return text unchanged, and anything else shortened: an enum's error would render a deep list recursively."""
    return value if isinstance(value, str) else reprlib.repr(value)


_Word = BeforeValidator(_as_word)
Tag = Annotated[str, Strict(), AfterValidator(check_tag)]
Duration = Annotated[int, Strict(), AfterValidator(_check_duration)]
Prompt = Annotated[str, Strict(), AfterValidator(_check_prompt)]

Pictures = Annotated[
    tuple[ImageUrl, ...], Field(max_length=MAX_PICTURES_PER_SUBJECT), AfterValidator(_check_pictures)
]


class _Sent(BaseModel):
    """A frozen model that rejects unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MidFrame(_Sent):
    """An image shown at `time_stamp` whole seconds; -1 for any time."""

    tag: Tag
    image_url: ImageUrl
    time_stamp: Annotated[int, Strict()] = UNSPECIFIED_TIME


class RefImage(_Sent):
    """One subject with up to five images and optionally a voice; or one collage (type grid)."""

    tag: Tag
    type: Annotated[PictureType, _Word]
    image_urls: Pictures
    audio_url: AudioUrl | None = None


class RefVideo(_Sent):
    """A video whose motion is followed (reference) or which is extended (extend)."""

    tag: Tag
    type: Annotated[ClipType, _Word]
    video_url: VideoUrl


class GenerationRequest(_Sent):
    """A request that keeps all rules of its mode. An empty list or null counts as absent.

    The constructor raises pydantic's ValidationError; `parse_request` raises InvalidRequest with all problems.
    """

    model: Annotated[Model, _Word]
    prompt: Prompt
    duration: Duration = DEFAULT_DURATION
    resolution: Annotated[Resolution, _Word] = Resolution.P1080
    aspect_ratio: Annotated[AspectRatio, _Word] = AspectRatio.WIDE
    prompt_optimizer: Annotated[bool, Strict()] = True
    first_frame_image: ImageUrl | None = None
    end_frame_image: ImageUrl | None = None
    mid_frame_images: Annotated[tuple[MidFrame, ...], Field(max_length=MAX_MID_FRAMES)] = ()
    ref_images: Annotated[tuple[RefImage, ...], Field(max_length=MAX_REF_IMAGES)] = ()
    ref_videos: Annotated[tuple[RefVideo, ...], Field(max_length=MAX_REF_VIDEOS)] = ()
    webhook: WebUrl | None = None

    @model_validator(mode="before")
    @classmethod
    def _drop_absent(cls, data: object) -> object:
        return without_absent(data) if isinstance(data, Mapping) else data

    @model_validator(mode="after")
    def _keep_the_rules(self) -> Self:
        problems = broken_rules(self.model_dump(exclude_unset=True))
        if problems:
            raise PydanticCustomError(RULES_ERROR, "{codes}", {"codes": ", ".join(p.code for p in problems)})
        return self

    @property
    def mode(self) -> Mode:
        """Return the mode that the provider selects."""
        if self.ref_images or self.ref_videos:
            return Mode.OMNI
        if self.first_frame_image or self.end_frame_image or self.mid_frame_images:
            return Mode.I2V
        return Mode.T2V

    @property
    def scenario(self) -> Scenario:
        """Return the row of the provider's table; a first and end frame without keyframes count as first frame."""
        if self.ref_videos:
            extends = self.ref_videos[0].type is ClipType.EXTEND
            return Scenario.EXTENSION if extends else Scenario.MOTION_REFERENCE
        if self.ref_images:
            return self._picture_scenario()
        if self.mid_frame_images:
            return Scenario.KEYFRAMES
        if self.first_frame_image:
            return Scenario.FIRST_FRAME
        return Scenario.END_FRAME if self.end_frame_image else Scenario.TEXT_TO_VIDEO

    def _picture_scenario(self) -> Scenario:
        if self.ref_images[0].type is PictureType.GRID:
            return Scenario.GRID
        speaks = any(image.audio_url for image in self.ref_images)
        return Scenario.AUDIO_SYNC if speaks else Scenario.SUBJECTS

    def body(self) -> bytes:
        """Return the bytes to send: compact UTF-8 JSON in the order above, without fields that were not set."""
        return self.model_dump_json(exclude_unset=True).encode()
