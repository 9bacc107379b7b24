"""Cross-fade between images at given times. Each image drifts slightly, so that a still is recognizably a video."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageFilter

from generation.sandbox.drawing import Size, cover, ease, tint, wave
from generation.sandbox.render_request import Keyframe

_MARGIN = 1.06
_HOLD = 0.25
"""The share of the time between two keyframes, at each end, in which only one is visible."""


@dataclass(frozen=True, slots=True)
class Still:
    """A image that drifts inside the frame; prepared slightly larger than `size`."""

    image: Image.Image
    size: Size

    def at(self, second: float) -> Image.Image:
        room_x, room_y = (
            self.image.width - self.size[0],
            self.image.height - self.size[1],
        )
        left = round(room_x * (0.5 + 0.5 * wave(second / 12)))
        top = round(room_y * (0.5 + 0.5 * wave(second / 17 + 0.25)))
        return self.image.crop((left, top, left + self.size[0], top + self.size[1]))


def still(image: Image.Image, size: Size, margin: float = _MARGIN) -> Still:
    return Still(cover(image, (round(size[0] * margin), round(size[1] * margin))), size)


def opening(first: Image.Image) -> Image.Image:
    """Return the start of a video without a first frame: its earliest image, strongly blurred."""
    small = first.convert("RGB").copy()
    small.thumbnail((320, 320))
    return tint(small.filter(ImageFilter.GaussianBlur(14)), (214, 160, 130), 0.35)


def keyframe_seconds(keyframes: Sequence[Keyframe], duration: float) -> list[float]:
    """Return the second of each mid frame. Those of -1 are spread evenly between their neighbours."""
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
    """Images with their seconds; `at` fades between neighbours."""

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
