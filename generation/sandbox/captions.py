"""Text on frames: SANDBOX with a time code, and the prompt if the video has no images."""

from collections.abc import Callable

from PIL import Image, ImageDraw

from generation.sandbox.drawing import (
    Colour,
    Size,
    disc,
    font,
    font_for,
    glow,
    rounded,
    stamp,
)
from generation.sandbox.encoding import FPS

AMBER: Colour = (242, 174, 73)
INK: Colour = (242, 239, 233)
DARK: Colour = (20, 19, 18)


class Badge:
    """A dark label at the top left: an amber dot, SANDBOX, and the time code `00:02.10`."""

    def __init__(self, size: Size) -> None:
        unit = min(size) / 480
        self._font, self._place = (
            font(round(15 * unit)),
            (round(14 * unit), round(14 * unit)),
        )
        self._height = round(28 * unit)
        word = round(self._font.getlength("SANDBOX"))
        self._text_x = round(28 * unit)
        self._clock_x = self._text_x + word + round(12 * unit)
        width = self._clock_x + round(self._font.getlength("00:00.00")) + round(14 * unit)
        self._mask = rounded((width, self._height), self._height // 2).point(lambda level: level * 0.78)
        self._plate = Image.new("RGB", (width, self._height), DARK)
        middle = self._height / 2
        stamp(self._plate, AMBER, glow(round(26 * unit), 150), 16 * unit, middle)
        stamp(self._plate, AMBER, disc(round(9 * unit)), 16 * unit, middle)
        ImageDraw.Draw(self._plate).text((self._text_x, middle), "SANDBOX", INK, self._font, anchor="lm")

    def show(self, canvas: Image.Image, index: int) -> None:
        """Draw the label on frame number `index`."""
        plate, second = self._plate.copy(), index // FPS
        clock = f"{second // 60:02d}:{second % 60:02d}.{index % FPS:02d}"
        ImageDraw.Draw(plate).text(
            (self._clock_x, self._height / 2),
            clock,
            (181, 175, 164),
            self._font,
            anchor="lm",
        )
        canvas.paste(plate, self._place, self._mask)


class Caption:
    """The prompt at the bottom over a soft shadow, handles in amber, at most three lines."""

    def __init__(self, size: Size, prompt: str) -> None:
        unit = min(size) / 480
        self._font = font_for(prompt, round(19 * unit))
        left, line = round(22 * unit), round(27 * unit)
        lines = _wrap(prompt, self._font.getlength, size[0] - 2 * left, 3)
        height = len(lines) * line + round(46 * unit)
        shade = Image.linear_gradient("L").point(lambda level: level * 0.72).resize((size[0], height))
        self._plate = Image.new("RGBA", (size[0], height), (8, 7, 9, 0))
        self._plate.putalpha(shade)
        ink = Image.new("RGBA", self._plate.size, (8, 7, 9, 0))
        self._write(ImageDraw.Draw(ink), lines, left, height - len(lines) * line - round(16 * unit), line)
        self._plate.alpha_composite(ink)
        self._top = size[1] - height

    def show(self, canvas: Image.Image) -> None:
        canvas.paste(self._plate, (0, self._top), self._plate)

    def _write(
        self, ink: ImageDraw.ImageDraw, lines: list[list[str]], left: int, top: int, line: int
    ) -> None:
        blank = self._font.getlength(" ")
        for number, words in enumerate(lines):
            x = float(left)
            for word in words:
                colour = AMBER if word.startswith("@") else INK
                ink.text((x, top + number * line), word, colour, self._font)
                x += self._font.getlength(word) + blank


def _wrap(text: str, measure: Callable[[str], float], width: int, most: int) -> list[list[str]]:
    lines: list[list[str]] = [[]]
    for word in text.split():
        while measure(word) > width:
            word = word[:-2] + "…" if len(word) > 3 else word[:1]
        if lines[-1] and measure(" ".join([*lines[-1], word])) > width:
            if len(lines) == most:
                lines[-1][-1] += " …"
                break
            lines.append([])
        lines[-1].append(word)
    return lines
