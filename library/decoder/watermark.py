"""Tile a text over an image."""

import math
import unicodedata
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from library import watermark_fonts

Size = tuple[int, int]

_ANGLE = 24  # degrees
_HEIGHT_SHARE = 22  # the text is this fraction of the shorter side
_LEAST_PIXELS = 12
_FILL, _EDGE = (255, 255, 255, 96), (0, 0, 0, 88)
_RIGHT_TO_LEFT = {"R", "AL"}


def add_watermark(image: Image.Image, text: str) -> Image.Image:
    """Return the image as RGB with the text tiled over it."""
    marked = image.convert("RGBA")
    marked.alpha_composite(overlay(text, image.size))
    return marked.convert("RGB")


def overlay(text: str, size: Size) -> Image.Image:
    """Return a transparent RGBA image of that size with the text tiled over it, light with a dark outline, so that it
    is readable on any background. The text must not contain undrawable characters."""
    line = _line(text, max(_LEAST_PIXELS, min(size) // _HEIGHT_SHARE))
    side = math.ceil(math.hypot(*size))
    sheet = Image.new("RGBA", (side, side))
    step_x, step_y = line.width + 2 * line.height, 3 * line.height
    for row, top in enumerate(range(0, side, step_y)):
        for left in range(-(row % 2) * step_x // 2, side, step_x):
            sheet.paste(line, (left, top))
    turned = sheet.rotate(_ANGLE, Image.Resampling.BICUBIC)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    return turned.crop((left, top, left + size[0], top + size[1]))


def _line(text: str, pixels: int) -> Image.Image:
    """Return the text in one line on a transparent background."""
    edge = max(1, pixels // 14)
    fonts = [(_font(path, pixels), words) for path, words in watermark_fonts.runs(text)]
    if _is_right_to_left(text):
        fonts.reverse()
    width = math.ceil(sum(font.getlength(words) for font, words in fonts)) + 2 * edge
    line = Image.new("RGBA", (width, 2 * pixels))
    draw, x = ImageDraw.Draw(line), float(edge)
    for font, words in fonts:
        draw.text((x, 1.5 * pixels), words, _FILL, font, anchor="ls", stroke_width=edge, stroke_fill=_EDGE)
        x += font.getlength(words)
    return line


def _is_right_to_left(text: str) -> bool:
    """Return whether the first character with a direction is right-to-left."""
    directions = (unicodedata.bidirectional(char) for char in text)
    return next((found in _RIGHT_TO_LEFT for found in directions if found in {"L", *_RIGHT_TO_LEFT}), False)


@lru_cache(maxsize=8)
def _font(path: Path, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), pixels)
