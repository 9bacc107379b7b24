"""Burn strokes into a frame."""

import math
from collections.abc import Sequence
from typing import TypedDict

from PIL import Image, ImageDraw

# Draw at twice the size and scale down for smooth edges; larger images have small enough pixels.
SMOOTH_UP_TO = 1920
# Length of an arrow's head in line widths, and its opening.
HEAD_LENGTH, HEAD_ANGLE = 5, math.radians(28)

Point = tuple[float, float]


class Stroke(TypedDict):
    """A pen line, arrow or box; points as fractions of the image's width and height, line width as a fraction of the
    height."""

    tool: str
    color: str
    width: float
    points: list[Point]


def with_strokes(image: Image.Image, strokes: Sequence[Stroke]) -> Image.Image:
    """Return the image with the strokes drawn on it, scaled to its size."""
    if not strokes:
        return image
    factor = 2 if max(image.size) <= SMOOTH_UP_TO else 1
    layer = Image.new("RGBA", (image.width * factor, image.height * factor), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    for stroke in strokes:
        line = max(1, round(stroke["width"] * layer.height))
        points = [(x * layer.width, y * layer.height) for x, y in stroke["points"]]
        for path in _paths(stroke["tool"], points, line):
            _draw(draw, path, line, stroke["color"])
    smooth = layer.resize(image.size, Image.Resampling.BOX) if factor > 1 else layer
    return Image.alpha_composite(image.convert("RGBA"), smooth).convert("RGB")


def _paths(tool: str, points: list[Point], line: int) -> list[list[Point]]:
    """Return the lines that a tool draws; `static/js/strokes.js` draws the same."""
    if tool == "pen":
        return [points]
    (x1, y1), (x2, y2) = points
    if tool == "box":
        return [[(x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1)]]
    back = math.atan2(y1 - y2, x1 - x2)
    reach = min(HEAD_LENGTH * line, math.hypot(x1 - x2, y1 - y2))
    left, right = (
        (x2 + reach * math.cos(back + turn), y2 + reach * math.sin(back + turn))
        for turn in (-HEAD_ANGLE, HEAD_ANGLE)
    )
    return [points, [left, (x2, y2), right]]


def _draw(draw: ImageDraw.ImageDraw, path: list[Point], line: int, color: str) -> None:
    """Draw one line with round ends and corners."""
    if len(path) > 1:
        draw.line(path, fill=color, width=line)
    reach = line / 2
    for x, y in path:
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=color)
