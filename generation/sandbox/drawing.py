"""Drawing with Pillow: gradients, glows, soft masks, scaling and fonts."""

import contextlib
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import cast

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

Colour = tuple[int, int, int]
Size = tuple[int, int]

_WIDE_FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "Arial Unicode.ttf",
)


def paint(text: str) -> Colour:
    """Return the numbers of `#rrggbb`."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return a mix of two colours; `share` 0 is `one`, 1 is `other`."""
    return cast(
        Colour,
        tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True)),
    )


def ease(share: float) -> float:
    """Return an ease-in-out curve of 0..1, clamped."""
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def gradient(size: Size, stops: Sequence[Colour]) -> Image.Image:
    """Return a vertical gradient with faint noise against banding."""
    width, height = size
    column = Image.new("RGB", (1, height))
    for y in range(height):
        place = y / max(1, height - 1) * (len(stops) - 1)
        below = min(int(place), len(stops) - 2)
        column.putpixel((0, y), mix(stops[below], stops[below + 1], place - below))
    grain = Image.effect_noise((256, 256), 2.2)
    sheet = Image.new("L", size)
    for x in range(0, width, 256):
        for y in range(0, height, 256):
            sheet.paste(grain, (x, y))
    return ImageChops.add(column.resize(size), Image.merge("RGB", (sheet, sheet, sheet)), 1, -128)


@lru_cache(maxsize=256)
def glow(diameter: int, strength: int = 255, falloff: float = 2.0) -> Image.Image:
    """Return a mask that fades from `strength` in the centre to 0 at the edge."""
    # Pillow's gradient is 255 in the corners and 180 at the edge of the inscribed circle.
    fade = [round(strength * max(0.0, 1 - distance / 180) ** falloff) for distance in range(256)]
    return Image.radial_gradient("L").point(fade).resize((diameter, diameter), Image.Resampling.BICUBIC)


@lru_cache(maxsize=64)
def disc(diameter: int) -> Image.Image:
    """Return the mask of a filled circle with a smooth edge."""
    mask = Image.new("L", (diameter * 4, diameter * 4))
    ImageDraw.Draw(mask).ellipse((0, 0, diameter * 4 - 1, diameter * 4 - 1), fill=255)
    return mask.resize((diameter, diameter), Image.Resampling.LANCZOS)


def rounded(size: Size, radius: int) -> Image.Image:
    """Return the mask of a rounded rectangle with a smooth edge."""
    mask = Image.new("L", (size[0] * 2, size[1] * 2))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] * 2 - 1, size[1] * 2 - 1), radius * 2, fill=255)
    return mask.resize(size, Image.Resampling.BOX)


def stamp(canvas: Image.Image, colour: Colour, mask: Image.Image, x: float, y: float) -> None:
    """Paint a colour through a mask centred at x, y."""
    canvas.paste(colour, (round(x - mask.width / 2), round(y - mask.height / 2)), mask)


def cover(image: Image.Image, size: Size) -> Image.Image:
    """Return the image as RGB, cropped and scaled to fill `size`."""
    scale = max(size[0] / image.width, size[1] / image.height)
    # For an image of exactly this aspect ratio, rounding may yield slightly more than its size.
    width, height = min(image.width, size[0] / scale), min(image.height, size[1] / scale)
    left, top = (image.width - width) / 2, (image.height - height) / 2
    box = (left, top, left + width, top + height)
    return flat(image).resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=2.0)


def flat(image: Image.Image, ground: Colour = (20, 19, 18)) -> Image.Image:
    """Return the image on a plain background, without transparency."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    sheet = Image.new("RGB", image.size, ground)
    sheet.paste(image, mask=image.getchannel("A"))
    return sheet


def tint(image: Image.Image, colour: Colour, share: float) -> Image.Image:
    """Return the image tinted with a colour, keeping its luminance."""
    level = max(1.0, sum(colour) / 3)
    warm = [1 + share * (part / level - 1) for part in colour]
    return image.convert("RGB", (warm[0], 0, 0, 0, 0, warm[1], 0, 0, 0, 0, warm[2], 0))


def shadow(mask: Image.Image, blur: int) -> Image.Image:
    """Return the soft shadow of a shape as a mask, larger by twice `blur` on each side."""
    wide = Image.new("L", (mask.width + 4 * blur, mask.height + 4 * blur))
    wide.paste(mask, (2 * blur, 2 * blur))
    return wide.filter(ImageFilter.GaussianBlur(blur))


@lru_cache(maxsize=64)
def font(pixels: int, *, wide: bool = False) -> ImageFont.FreeTypeFont:
    """Return Pillow's own font, or with `wide`, for scripts other than Latin, an installed one if there is any."""
    for name in _WIDE_FONTS if wide else ():
        with contextlib.suppress(OSError):  # not installed; try the next
            return ImageFont.truetype(name, pixels)
    return cast(ImageFont.FreeTypeFont, ImageFont.load_default(pixels))


def font_for(text: str, pixels: int) -> ImageFont.FreeTypeFont:
    return font(pixels, wide=not text.isascii())


def wave(turn: float) -> float:
    """Return the sine of an angle in turns."""
    return math.sin(turn * math.tau)
