"""Moving elements of a scene."""

from dataclasses import dataclass

from PIL import Image

from generation.sandbox.drawing import Colour, stamp, wave


@dataclass(frozen=True, slots=True)
class Layer:
    """A strip of ground, wider than the frame; at `top`, it drifts left by `speed` pixels a second."""

    image: Image.Image
    mask: Image.Image
    top: int
    speed: float

    def show(self, canvas: Image.Image, second: float) -> None:
        left = round(min(self.speed * second, self.mask.width - canvas.width))
        box = (left, 0, left + canvas.width, self.mask.height)
        canvas.paste(self.image.crop(box), (0, self.top), self.mask.crop(box))


@dataclass(frozen=True, slots=True)
class Light:
    """A lamp, snowflake or firefly on a small loop; lengths are in pixels."""

    x: float
    y: float
    sway: float
    rise: float
    pace: float
    phase: float
    colour: Colour
    mask: Image.Image

    def show(self, canvas: Image.Image, second: float) -> None:
        turn = self.phase + second * self.pace
        y = self.y - self.rise * second
        if self.rise:
            y = (y + self.mask.height) % (canvas.height + 2 * self.mask.height) - self.mask.height
        stamp(
            canvas,
            self.colour,
            self.mask,
            self.x + self.sway * wave(turn),
            y + self.sway * 0.4 * wave(turn * 1.7),
        )
