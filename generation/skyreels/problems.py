"""Problems of a request as data: a code, the field, and the values that a message about it contains.

The messages are in `generation.composition.problem_messages`, where they can be translated.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal, Union

Level = Literal["error", "warning"]
Value = Union[str, int, float, date, tuple[str, ...], "Problem"]


class RuleCode(StrEnum):
    """The provider's rules (skyreels-api.md, sections 1, 7 and 8)."""

    # One field
    REQUIRED = "required"
    UNKNOWN_FIELD = "unknown_field"
    NOT_AN_INTEGER = "not_an_integer"
    NOT_A_BOOLEAN = "not_a_boolean"
    NOT_TEXT = "not_text"
    NOT_A_LIST = "not_a_list"
    NOT_AN_OBJECT = "not_an_object"
    INVALID_CHARACTERS = "invalid_characters"
    INVALID_VALUE = "invalid_value"
    NOT_A_CHOICE = "not_a_choice"
    TOO_MANY_ENTRIES = "too_many_entries"
    NO_ENTRIES = "no_entries"
    DURATION_OUT_OF_RANGE = "duration_out_of_range"
    PROMPT_EMPTY = "prompt_empty"
    PROMPT_TOO_LONG = "prompt_too_long"
    INLINE_DATA = "inline_data"
    INVALID_URL = "invalid_url"
    UNSUPPORTED_FORMAT = "unsupported_format"
    TAG_WITHOUT_AT = "tag_without_at"
    INVALID_TAG = "invalid_tag"
    # Several fields
    FRAMES_WITH_REFERENCES = "frames_with_references"
    KEYFRAME_OUT_OF_RANGE = "keyframe_out_of_range"
    GRID_WITH_IMAGES = "grid_with_images"
    SEVERAL_GRIDS = "several_grids"
    GRID_IMAGE_COUNT = "grid_image_count"
    GRID_WITH_VOICE = "grid_with_voice"
    GRID_WITH_MOTION = "grid_with_motion"
    EXTENSION_WITH_IMAGES = "extension_with_images"
    TAG_NOT_IN_PROMPT = "tag_not_in_prompt"
    TAG_REPEATED = "tag_repeated"
    TAG_IS_PREFIX = "tag_is_prefix"
    # What the configured provider does not offer
    MODEL_UNAVAILABLE = "model_unavailable"
    RESOLUTION_UNAVAILABLE = "resolution_unavailable"
    SCENARIO_UNAVAILABLE = "scenario_unavailable"
    VOICE_UNAVAILABLE = "voice_unavailable"
    # Warnings
    PROMPT_NEAR_LIMIT = "prompt_near_limit"
    RATIO_FOLLOWS_FRAMES = "ratio_follows_frames"
    RATIO_FOLLOWS_CLIP = "ratio_follows_clip"
    DURATION_FOLLOWS_CLIP = "duration_follows_clip"


@dataclass(frozen=True, slots=True)
class Problem:
    """A reason not to send the request (`error`), or something to know before it is sent (`warning`).

    `field` is a path in the request such as `ref_images.0.audio_url`, empty for the whole request. `suggestion` is a
    handle, without its `@`, to use in place of the one in `params`.
    """

    code: str
    field: str
    params: tuple[tuple[str, Value], ...] = ()
    level: Level = "error"
    suggestion: str = ""

    @property
    def values(self) -> dict[str, Value]:
        """The values by name."""
        return dict(self.params)


def problem(
    code: str, field: str, *, level: Level = "error", suggestion: str = "", **params: Value
) -> Problem:
    """Return a problem with its parameters as keywords."""
    return Problem(code, field, tuple(params.items()), level, suggestion)
