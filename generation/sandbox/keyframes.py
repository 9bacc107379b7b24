"""Pictures at their seconds, cross-faded; each moves a little, so that a still never looks stuck."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageFilter

from generation.sandbox.drawing import Size, cover, ease, tint, wave
from generation.sandbox.render_request import Keyframe

_MARGIN = 1.06
_HOLD = 0.25
"""The share of a gap in which a keyframe still stands alone, at each end."""


@dataclass(frozen=True, slots=True)
class Still:
    """A picture that drifts inside the frame; prepared slightly larger than `size`."""

    picture: Image.Image
    size: Size

    def at(self, second: float) -> Image.Image:
        room_x, room_y = (
            self.picture.width - self.size[0],
            self.picture.height - self.size[1],
        )
        left = round(room_x * (0.5 + 0.5 * wave(second / 12)))
        top = round(room_y * (0.5 + 0.5 * wave(second / 17 + 0.25)))
        return self.picture.crop((left, top, left + self.size[0], top + self.size[1]))


def still(picture: Image.Image, size: Size, margin: float = _MARGIN) -> Still:
    return Still(cover(picture, (round(size[0] * margin), round(size[1] * margin))), size)


def opening(first: Image.Image) -> Image.Image:
    """What a film without a first frame begins on: its earliest picture, far out of focus."""
    small = first.convert("RGB").copy()
    small.thumbnail((320, 320))
    return tint(small.filter(ImageFilter.GaussianBlur(14)), (214, 160, 130), 0.35)


def seconds_of(keyframes: Sequence[Keyframe], duration: float) -> list[float]:
    """When each mid frame is shown. Those of -1 are spread evenly over the gap in which they stand."""
    stamps = [float(frame.time_stamp) for frame in keyframes]
    place = 0
    while place < len(stamps):
        if stamps[place] >= 0:
            place += 1
            continue
        end = place
        while end < len(stamps) and stamps[end] < 0:
            end += 1
        before = stamps[place - 1] if place else 0.0
        after = stamps[end] if end < len(stamps) and stamps[end] > before else duration
        for offset in range(end - place):
            stamps[place + offset] = before + (after - before) * (offset + 1) / (end - place + 1)
        place = end
    return stamps


class Timeline:
    """Pictures with their seconds; `at` fades from the one before to the one after."""

    def __init__(self, moments: Sequence[tuple[float, Still]]) -> None:
        self._moments = sorted(moments, key=lambda moment: moment[0])

    def at(self, second: float) -> Image.Image:
        after = next(
            (place for place, (start, _) in enumerate(self._moments) if start > second),
            len(self._moments),
        )
        if after == 0 or after == len(self._moments):
            return self._moments[max(0, after - 1)][1].at(second)
        (start, one), (end, other) = self._moments[after - 1], self._moments[after]
        share = ease(((second - start) / (end - start) - _HOLD) / (1 - 2 * _HOLD))
        if share in (0, 1):
            return (other if share else one).at(second)
        return Image.blend(one.at(second), other.at(second), share)
