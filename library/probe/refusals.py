"""Reasons for refusing a media file: codes with values, which `library.refusal_text` renders as messages."""

from enum import StrEnum, auto
from typing import Any, Self

Value = str | int | float


class Refusal(StrEnum):
    """Why a file cannot be used. The comments list the values that come with the code, besides the file's name."""

    EMPTY = auto()
    DAMAGED = auto()
    TRUNCATED = auto()  # readable and declared: seconds
    TEXT = auto()
    UNKNOWN_FORMAT = auto()
    UNSUPPORTED_IMAGE = auto()  # format
    UNSUPPORTED_GRAPHIC = auto()  # format
    UNSUPPORTED_AUDIO = auto()  # format
    UNSUPPORTED_VIDEO = auto()  # format
    UNSUPPORTED_MEDIA = auto()  # format
    PDF = auto()
    ZIP = auto()

    IMAGE_TOO_LARGE = auto()  # size and limit: bytes
    VIDEO_TOO_LARGE = auto()  # size and limit: bytes
    AUDIO_TOO_LARGE = auto()  # size and limit: bytes
    TOO_MANY_PIXELS = auto()  # width, height, limit: pixels
    FRAMES_TOO_LARGE = auto()  # limit: pixels
    TOO_MANY_SCANS = auto()  # limit
    TOO_MANY_COMPONENTS = auto()  # limit
    TOO_MANY_FRAMES = auto()  # limit
    ANIMATION_TOO_LARGE = auto()  # frames, width, height, limit: pixels of all frames

    NO_VIDEO = auto()
    NO_FRAME = auto()
    NO_AUDIO = auto()
    NOT_A_VIDEO = auto()
    TOO_LONG = auto()  # limit: seconds
    TOO_MANY_SAMPLES = auto()  # samples
    TOO_MANY_EDITED_SAMPLES = auto()  # samples, edits
    INDEX_TOO_LARGE = auto()
    TAGS_TOO_LARGE = auto()

    TOO_MUCH_MEMORY = auto()
    TOO_SLOW = auto()
    DECODER_FAILED = auto()


class UnreadableMedia(ValueError):
    """The file cannot be used. `name` is its name for messages, `values` belong to the code."""

    def __init__(self, code: Refusal, name: str, **values: Value) -> None:
        super().__init__(f"{name}: {code} {values or ''}".rstrip())
        self.code, self.name, self.values = code, name, values

    def to_json(self) -> dict[str, Any]:
        """Return the arguments of `from_json`."""
        return {"code": self.code.value, "name": self.name, "values": self.values}

    @classmethod
    def from_json(cls, *, code: str, name: str, values: dict[str, Value]) -> Self:
        """Create the refusal that another process has sent."""
        return cls(Refusal(code), name, **values)
