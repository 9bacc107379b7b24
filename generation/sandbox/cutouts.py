"""Draw subjects as moving cut-outs that alternate between their images."""

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFilter

from generation.sandbox.captions import AMBER, DARK
from generation.sandbox.drawing import (
    Size,
    cover,
    ease,
    font_for,
    rounded,
    shadow,
    wave,
)

TURN_SECONDS = 1.6
"""Seconds for which each image of a subject is shown."""


class Cutout:
    """A subject with its prepared images. `place` and `count` determine its position."""

    def __init__(
        self,
        canvas: Size,
        tag: str,
        images: Sequence[Image.Image],
        place: int,
        count: int,
    ) -> None:
        self._unit, self._canvas = min(canvas) / 480, canvas
        size = self._card_size(images[0], count)
        self._cards = [self._cut(image, size) for image in images]
        self._blur = round(14 * self._unit)
        self._shade = shadow(self._cards[0].getchannel("A"), self._blur).point(lambda level: level * 0.6)
        self._label = self._paint_label(tag)
        self._x = canvas[0] * (place + 0.5 if count > 1 else 0.42) / (max(1, count))
        self._y, self._phase = canvas[1] * 0.53, place * 0.37

    def show(self, canvas: Image.Image, second: float) -> None:
        sway, lift = (
            16 * self._unit * wave(second * 0.11 + self._phase),
            9 * self._unit * wave(second * 0.23 + self._phase),
        )
        card = self._turned(second)
        left, top = (
            round(self._x + sway - card.width / 2),
            round(self._y + lift - card.height / 2),
        )
        canvas.paste((6, 5, 10), (left - 2 * self._blur, top - self._blur), self._shade)
        canvas.paste(card, (left, top), card)
        name_x, name_y = (
            round(self._x + sway - self._label.width / 2),
            top + card.height - self._label.height // 2,
        )
        canvas.paste(self._label, (name_x, name_y), self._label)

    def _turned(self, second: float) -> Image.Image:
        """Return the image at this second; images cross-fade for a third of the time."""
        turn = second / TURN_SECONDS
        now, share = int(turn) % len(self._cards), ease((turn % 1 - 0.66) * 3)
        if len(self._cards) == 1 or share == 0:
            return self._cards[now]
        return Image.blend(self._cards[now], self._cards[(now + 1) % len(self._cards)], share)

    def _card_size(self, image: Image.Image, count: int) -> Size:
        """Return the size of the card: as tall as possible, roughly in the aspect ratio of the first image."""
        room = (self._canvas[0] / count * 0.80, self._canvas[1] * 0.62)
        shape = min(1.5, max(0.66, image.width / image.height))
        height = min(room[1], room[0] / shape)
        return max(16, round(height * shape)), max(16, round(height))

    def _cut(self, image: Image.Image, size: Size) -> Image.Image:
        """Return an image with transparency unchanged, and any other as a framed card."""
        if image.mode == "RGBA" and image.getchannel("A").histogram()[0] > image.width * image.height // 20:
            return _contain(image, size)
        mask = rounded(size, round(22 * self._unit))
        card = Image.new("RGBA", size, (*AMBER, 0))
        card.paste((255, 246, 228), (0, 0), mask)
        rim = max(2, round(2.5 * self._unit))
        inner = (size[0] - 2 * rim, size[1] - 2 * rim)
        card.paste(cover(image, inner), (rim, rim), rounded(inner, round(20 * self._unit)))
        card.putalpha(mask)
        return card

    def _paint_label(self, tag: str) -> Image.Image:
        text_font = font_for(tag, round(16 * self._unit))
        height = round(28 * self._unit)
        size = (round(text_font.getlength(tag)) + round(24 * self._unit), height)
        label = Image.new("RGBA", size, (*DARK, 0))
        label.paste(DARK, (0, 0), rounded(size, height // 2))
        label.putalpha(rounded(size, height // 2).point(lambda level: level * 0.88))
        ImageDraw.Draw(label).text((size[0] / 2, height / 2), tag, (*AMBER, 255), text_font, anchor="mm")
        return label


def _contain(image: Image.Image, size: Size) -> Image.Image:
    scale = min(size[0] / image.width, size[1] / image.height)
    small = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    card = Image.new("RGBA", size)
    card.paste(small, ((size[0] - small.width) // 2, size[1] - small.height))
    card.putalpha(card.getchannel("A").filter(ImageFilter.GaussianBlur(0.8)))
    return card
