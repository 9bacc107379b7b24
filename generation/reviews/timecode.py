"""PURE: convert between frames, seconds and time codes of one video.

A time code is `mm:ss.ff`, where `ff` counts frames. A rate such as 29.97 counts in whole frames of its nominal rate
(30) without drop-frame, so that each code names exactly one frame. `times` are the seconds at which the frames begin,
for videos with a variable frame rate.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence

_CODE = re.compile(r"(?:(?P<minutes>[0-9]{1,3}):)?(?P<seconds>[0-9]{1,4})(?:\.(?P<frames>[0-9]{1,3}))?")
# The clock of a player may be slightly before the moment at which a frame begins.
_TOLERANCE_S = 1e-4


class InvalidTimecode(ValueError):
    """The text is not a time code."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text} is not a time code. Use minutes:seconds.frames, such as 00:02.10.")
        self.text = text


def from_frame(frame: int, fps: float) -> str:
    """Return the time code of a frame: `00:02.10` for frame 58 at 24 frames per second."""
    seconds, frames = divmod(frame, _nominal(fps))
    return f"{seconds // 60:02}:{seconds % 60:02}.{frames:02}"


def to_frame(text: str, fps: float) -> int:
    """Return the frame of `00:02.10`, `2.10` or `2`. Raise InvalidTimecode."""
    found = _CODE.fullmatch(text.strip())
    nominal = _nominal(fps)
    if found is None or int(found["frames"] or 0) >= nominal:
        raise InvalidTimecode(text)
    seconds = 60 * int(found["minutes"] or 0) + int(found["seconds"])
    return seconds * nominal + int(found["frames"] or 0)


def frame_at(second: float, fps: float, times: Sequence[float] = ()) -> int:
    """Return the frame that is shown at that second."""
    if times:
        return max(0, bisect_right(times, second + _TOLERANCE_S) - 1)
    return max(0, int((second + _TOLERANCE_S) * fps))


def middle_of_frame(frame: int, fps: float, times: Sequence[float] = ()) -> float:
    """Return the second in the middle of a frame, where a seek shows this frame and no other."""
    if not 0 <= frame < len(times):
        return (frame + 0.5) / _rate(fps)
    begin, *following = times[frame : frame + 2]
    end = following[0] if following else begin + 1 / _rate(fps)
    return (begin + end) / 2


def _nominal(fps: float) -> int:
    return max(1, round(fps))


def _rate(fps: float) -> float:
    return fps if fps > 0 else 1.0
