"""What stands in the way of a request, or should be known about it."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """Something that stands in the way (`error`) or that should be known (`warning`); `param` is the field's path in
    the request, such as `ref_images.0.audio_url`."""

    param: str
    message: str
    level: Level = "error"
