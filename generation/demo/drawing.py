"""A sheet to draw on in smooth shapes, with soft shade and light. All of it is seeded: same call, same bytes."""

import math
import random
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generation.sandbox.drawing import Colour, Size, glow, mix

Point = tuple[float, float]
Box = tuple[int, int, int, int]
OVERSIZE = 2
"""Drawn this much larger than shown, for smooth edges."""
SOFT_REDUCTION = 4
GRAIN_TILE = 256


class Sheet:
    """A picture in drawing units, `units` across from `origin`; `finished()` gives it in the ground's own size."""

    def __init__(self, ground: Image.Image, units: float, origin: Point = (0, 0)) -> None:
        self.size: Size = (ground.width * OVERSIZE, ground.height * OVERSIZE)
        self.picture = ground.resize(self.size, Image.Resampling.BILINEAR)
        self._scale, self._origin = self.size[0] / units, origin
        self._pen = ImageDraw.Draw(self.picture)

    def shape(self, points: Iterable[Point], colour: Colour) -> None:
        """A closed form whose outline runs smoothly through the points."""
        self._pen.polygon(self._scaled(smooth(list(points))), fill=colour)

    def polygon(self, points: Iterable[Point], colour: Colour) -> None:
        """A closed form with corners."""
        self._pen.polygon(self._scaled(points), fill=colour)

    def oval(self, middle: Point, across: float, down: float, colour: Colour) -> None:
        """An upright ellipse by its two radii."""
        ((x, y),) = self._scaled([middle])
        across, down = across * self._scale, down * self._scale
        self._pen.ellipse((x - across, y - down, x + across, y + down), fill=colour)

    def line(self, points: Iterable[Point], colour: Colour, width: float) -> None:
        """A smooth stroke with round ends."""
        run = smooth(list(points), closed=False)
        self._pen.line(self._scaled(run), fill=colour, width=round(width * self._scale), joint="curve")
        for end in (run[0], run[-1]):
            self.oval(end, width / 2, width / 2, colour)

    def mask(self, points: Iterable[Point]) -> Image.Image:
        """The form of `shape` as a mask, to keep shade within it."""
        mask = Image.new("L", self.size)
        ImageDraw.Draw(mask).polygon(self._scaled(smooth(list(points))), fill=255)
        return mask

    def shade(
        self,
        points: Iterable[Point],
        colour: Colour,
        *,
        blur: float,
        share: float,
        within: Image.Image | None = None,
    ) -> None:
        """The form with a soft rim, `share` of 1 covers; `blur` in units."""
        outline, soft = self._scaled(smooth(list(points))), blur * self._scale
        box = self._box(outline, 3 * soft)
        if box is None:
            return
        # Blurring costs by the pixel and its result has no detail, so it is done small.
        size = (box[2] - box[0], box[3] - box[1])
        small = Image.new("L", (size[0] // SOFT_REDUCTION + 1, size[1] // SOFT_REDUCTION + 1))
        near = [((x - box[0]) / SOFT_REDUCTION, (y - box[1]) / SOFT_REDUCTION) for x, y in outline]
        ImageDraw.Draw(small).polygon(near, fill=round(255 * share))
        mask = small.filter(ImageFilter.GaussianBlur(soft / SOFT_REDUCTION)).resize(
            size, Image.Resampling.BILINEAR
        )
        if within:
            mask = ImageChops.multiply(mask, within.crop(box))
        self.picture.paste(colour, box[:2], mask)

    def light(self, middle: Point, radius: float, colour: Colour, strength: float) -> None:
        """A round glow that fades to nothing at its radius."""
        ((x, y),) = self._scaled([middle])
        mask = glow(max(2, round(radius * self._scale * 2)), round(255 * strength), 1.6)
        self.picture.paste(colour, (round(x - mask.width / 2), round(y - mask.height / 2)), mask)

    def inlay(self, points: Iterable[Point], draw: Callable[["Sheet"], None]) -> None:
        """Whatever `draw` draws near the form, as far as it lies within it."""
        outline = self._scaled(smooth(list(points)))
        box = self._box(outline, 0)
        if box is None:
            return
        around = self._box(outline, self.size[0] / 8) or box
        before = self.picture.crop(around)
        draw(self)
        outside = Image.new("L", before.size, 255)
        near = [(x - around[0], y - around[1]) for x, y in outline]
        ImageDraw.Draw(outside).polygon(near, fill=0)
        self.picture.paste(before, around[:2], outside)

    def finished(self, seed: int) -> Image.Image:
        """In its own size, faintly grained like film."""
        return grained(self.picture.reduce(OVERSIZE), seed)

    def _scaled(self, points: Iterable[Point]) -> list[Point]:
        left, top = self._origin
        return [((x - left) * self._scale, (y - top) * self._scale) for x, y in points]

    def _box(self, outline: Sequence[Point], margin: float) -> Box | None:
        """The part of the sheet around an outline in pixels; none if it lies outside."""
        across, down = [x for x, _ in outline], [y for _, y in outline]
        left, top = max(0, math.floor(min(across) - margin)), max(0, math.floor(min(down) - margin))
        right = min(self.size[0], math.ceil(max(across) + margin))
        bottom = min(self.size[1], math.ceil(max(down) + margin))
        return (left, top, right, bottom) if left < right and top < bottom else None


def smooth(points: Sequence[Point], *, closed: bool = True, steps: int = 10) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    count = len(points)
    if count < 3:
        return list(points)
    corner = [points[-1], *points, points[0], points[1]] if closed else [points[0], *points, points[-1]]
    run = [
        _between(corner[at : at + 4], step / steps)
        for at in range(count if closed else count - 1)
        for step in range(steps)
    ]
    return run if closed else [*run, points[-1]]


def _between(corners: Sequence[Point], share: float) -> Point:
    """A point between the second and the third of four corners."""
    square, cube = share**2, share**3
    weights = (
        (-cube + 2 * square - share) / 2,
        (3 * cube - 5 * square + 2) / 2,
        (-3 * cube + 4 * square + share) / 2,
        (cube - square) / 2,
    )
    pairs = list(zip(weights, corners, strict=True))
    return sum(weight * x for weight, (x, _) in pairs), sum(weight * y for weight, (_, y) in pairs)


def radial(size: Size, middle: Colour, rim: Colour, *, centre: Point = (0.5, 0.42)) -> Image.Image:
    """A ground that is lightest behind the head; `centre` as shares of the size."""
    picture = Image.new("RGB", size, rim)
    reach = round(max(size) * 1.5)
    left, top = round(centre[0] * size[0] - reach / 2), round(centre[1] * size[1] - reach / 2)
    picture.paste(middle, (left, top), glow(reach, 255, 1.25))
    return picture


def sky(size: Size, stops: Sequence[Colour]) -> Image.Image:
    """From top to bottom through the colours."""
    height = size[1]
    column = Image.new("RGB", (1, height))
    for y in range(height):
        place = y / max(1, height - 1) * (len(stops) - 1)
        below = min(int(place), len(stops) - 2)
        column.putpixel((0, y), mix(stops[below], stops[below + 1], place - below))
    return column.resize(size)


def grained(picture: Image.Image, seed: int) -> Image.Image:
    """With a faint grain, so that gradients show no bands."""
    sheet = Image.new("L", picture.size)
    tile = _grain(seed)
    for x in range(0, picture.width, GRAIN_TILE):
        for y in range(0, picture.height, GRAIN_TILE):
            sheet.paste(tile, (x, y))
    return ImageChops.add(picture, Image.merge("RGB", (sheet, sheet, sheet)), 1, -128)


@lru_cache(maxsize=8)
def _grain(seed: int) -> Image.Image:
    noise = random.Random(seed).randbytes(GRAIN_TILE**2)  # noqa: S311
    tile = Image.frombytes("L", (GRAIN_TILE, GRAIN_TILE), noise)
    return tile.point(lambda level: 128 + round((level - 128) / 32))
