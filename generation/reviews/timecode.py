"""PURE: frames, seconds and time codes of one clip.

A time code is `mm:ss.ff`; `ff` counts frames, as editors read them. A rate such as 29.97 counts in whole frames of its
nominal rate (30) without dropping any, so a code names exactly one frame. `times` are the seconds at which the frames
of a clip begin that does not keep to its rate.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence

_CODE = re.compile(r"(?:(?P<minutes>[0-9]{1,3}):)?(?P<seconds>[0-9]{1,4})(?:\.(?P<frames>[0-9]{1,3}))?")
# A player's clock may stand a hair before the moment at which a frame begins.
_HAIR = 1e-4


def told(frame: int, fps: float) -> str:
    """`00:02.10` for frame 58 at 24 frames a second."""
    seconds, left = divmod(frame, _nominal(fps))
    return f"{seconds // 60:02}:{seconds % 60:02}.{left:02}"


def read(text: str, fps: float) -> int:
    """The frame that `00:02.10`, `2.10` or `2` names. Raises ValueError with a sentence for people."""
    found = _CODE.fullmatch(text.strip())
    nominal = _nominal(fps)
    if found is None or int(found["frames"] or 0) >= nominal:
        raise ValueError(f"{text} is no time code. Write minutes:seconds.frames, such as 00:02.10.")
    seconds = 60 * int(found["minutes"] or 0) + int(found["seconds"])
    return seconds * nominal + int(found["frames"] or 0)


def frame_at(second: float, fps: float, times: Sequence[float] = ()) -> int:
    """The frame that is shown at that second."""
    if times:
        return max(0, bisect_right(times, second + _HAIR) - 1)
    return max(0, int((second + _HAIR) * fps))


def middle_of(frame: int, fps: float, times: Sequence[float] = ()) -> float:
    """The second in the middle of a frame: seeking there shows this frame and no other."""
    if not 0 <= frame < len(times):
        return (frame + 0.5) / _rate(fps)
    begin, *following = times[frame : frame + 2]
    end = following[0] if following else begin + 1 / _rate(fps)
    return (begin + end) / 2


def _nominal(fps: float) -> int:
    return max(1, round(fps))


def _rate(fps: float) -> float:
    return fps if fps > 0 else 1.0
