"""Animated landscapes: sky, sun or moon, layers of ground, lights. The same seed gives the same video."""

import math
import random

from PIL import Image, ImageDraw

from generation.sandbox.drawing import (
    Size,
    disc,
    glow,
    gradient,
    mix,
    stamp,
    wave,
)
from generation.sandbox.palettes import choose
from generation.sandbox.scene_elements import Layer, Light


class Scene:
    """A landscape for a video of `seconds` length. `at(second)` returns a new RGB frame."""

    def __init__(self, size: Size, seconds: float, prompt: str, seed: str) -> None:
        self.size, self.seconds = size, seconds
        self.kind, self.palette = choose(prompt)
        # The prompt determines the scene, the seed its details, so videos of one prompt are similar but not equal.
        self._dice = random.Random(f"{prompt}\n{seed}")  # noqa: S311
        self._unit = min(size) / 480
        self._horizon = round(size[1] * (0.60 if self.kind == "sea" else 0.72))
        self._orb_x = size[0] * self._dice.uniform(0.56, 0.8)
        self._orb_y = size[1] * self._dice.uniform(0.24, 0.36)
        self._water = mix(self.palette.sky[-2], self.palette.ground[2], 0.6)
        self._sky = self._paint_sky()
        self._layers = self._paint_ground()
        self._lights = self._hang_lights()

    def at(self, second: float) -> Image.Image:
        canvas = self._sky.copy()
        self._show_orb(canvas, second)
        for layer in self._layers:
            layer.show(canvas, second)
        if self.kind == "sea":
            self._show_glitter(canvas, second)
            self._show_boat(canvas, second)
        for light in self._lights:
            light.show(canvas, second)
        return canvas

    def _paint_sky(self) -> Image.Image:
        width, height = self.size
        sky = gradient((width, self._horizon), self.palette.sky)
        canvas = Image.new("RGB", self.size, self.palette.ground[-1])
        canvas.paste(sky, (0, 0))
        if self.palette.stars:
            self._sow_stars(canvas)
        # The wide glow hardly moves, so it is painted once into the sky.
        halo = glow(round(82 * 9 * self._unit), 120, 2.6)
        stamp(canvas, self.palette.orb, halo, self._orb_x, self._orb_y + 0.03 * height)
        for _ in range(7):
            self._float_cloud(canvas, width, height)
        if self.kind == "sea":
            deep = self.palette.ground[2]
            mirrored = [mix(colour, deep, 0.55) for colour in reversed(self.palette.sky[-3:])]
            water = gradient((width, height - self._horizon), [*mirrored, self.palette.ground[-1]])
            canvas.paste(water, (0, self._horizon))
        return canvas

    def _sow_stars(self, canvas: Image.Image) -> None:
        for _ in range(90):
            x, y = (
                self._dice.uniform(0, self.size[0]),
                self._dice.uniform(0, 0.75) ** 1.5 * self.size[1],
            )
            size = max(3, round(self._dice.choice((3, 3, 4, 6)) * self._unit))
            stamp(
                canvas,
                (236, 236, 255),
                glow(size, self._dice.randint(90, 220), 1.2),
                x,
                y,
            )

    def _float_cloud(self, canvas: Image.Image, width: int, height: int) -> None:
        """Draw a long soft bank of cloud, lit from the horizon."""
        x, y = (
            self._dice.uniform(0, width),
            self._dice.uniform(0.1, 0.85) * self._horizon,
        )
        length, depth = (
            self._dice.uniform(0.4, 0.9) * width,
            self._dice.uniform(0.03, 0.08) * height,
        )
        mask = glow(128, self._dice.randint(40, 90), 1.3).resize((round(length), round(depth)))
        stamp(canvas, mix(self.palette.sky[-1], self.palette.orb, 0.4), mask, x, y)

    def _show_orb(self, canvas: Image.Image, second: float) -> None:
        share = second / max(self.seconds, 1.0)
        y = self._orb_y + self.size[1] * (0.10 * share - 0.02)
        size = round(82 * self._unit)
        stamp(canvas, self.palette.orb, glow(size * 3, 90, 2.0), self._orb_x, y)
        stamp(canvas, self.palette.orb, disc(size), self._orb_x, y)

    def _paint_ground(self) -> list[Layer]:
        if self.kind == "city":
            hills = [self._hill(0, 0.52, 0.06)]
            return hills + [self._skyline(depth) for depth in range(3)]
        if self.kind == "sea":
            return [
                self._hill(0, 0.545, 0.05, base=self._horizon),
                self._hill(3, 0.93, 0.05),
            ]
        return [self._hill(depth, 0.50 + 0.125 * depth, 0.075 + 0.008 * depth) for depth in range(4)]

    def _strip_width(self, speed: float) -> int:
        return self.size[0] + math.ceil(speed * (self.seconds + 1))

    def _hill(self, depth: int, level: float, swing: float, base: int | None = None) -> Layer:
        """Return a ridge made of a few sine waves, misty at the bottom."""
        speed = (5, 10, 17, 26)[depth] * self._unit
        width, bottom = self._strip_width(speed), base or self.size[1]
        bumps = (1.0, 2.1, 4.3, 9.0)
        waves = [
            (self._dice.uniform(0.6, 1.3) * bump, self._dice.random(), 0.7 * bump**-0.9) for bump in bumps
        ]

        def ridge(x: float) -> float:
            place = x / (self.size[0] * 0.9)
            heights = [share * wave(place * pace + phase) for pace, phase, share in waves]
            return self.size[1] * (level - swing * math.fsum(heights))

        points = [(x, ridge(x)) for x in range(0, width + 8, 4)]
        top = max(0, math.floor(min(y for _, y in points)) - 2)
        mask = Image.new("L", (width * 2, max(2, bottom - top) * 2))
        outline = [(x * 2, (y - top) * 2) for x, y in points]
        ImageDraw.Draw(mask).polygon([*outline, (width * 2 + 16, mask.height), (0, mask.height)], fill=255)
        mask = mask.resize((width, mask.height // 2), Image.Resampling.BOX)
        colour = self.palette.ground[depth]
        foot = (
            self.palette.ground[-1] if depth == 3 else mix(colour, self.palette.sky[-1], 0.30 - 0.06 * depth)
        )
        return Layer(
            gradient(mask.size, (colour, mix(colour, foot, 0.4), foot)),
            mask,
            top,
            speed,
        )

    def _skyline(self, depth: int) -> Layer:
        """Return a row of buildings with lit windows; nearer rows are darker, larger and drift faster."""
        speed = (8, 15, 26)[depth] * self._unit
        width, height = self._strip_width(speed), self.size[1]
        top = round(height * (0.26, 0.40, 0.58)[depth])
        colour = self.palette.ground[depth + 1]
        mist = mix(colour, self.palette.sky[-1], (0.34, 0.2, 0.0)[depth])
        mask = Image.new("L", (width, height - top))
        image = gradient(mask.size, (colour, colour, mist))
        x = -self._dice.randint(0, 20)
        while x < width:
            house = round(self._dice.uniform(34, 78) * self._unit * (0.8 + 0.35 * depth))
            tall = self._dice.betavariate(1.6, 2.2) * mask.height * 0.62
            roof = round(mask.height * 0.66 - tall)
            self._build(ImageDraw.Draw(mask), ImageDraw.Draw(image), x, house, roof, depth)
            x += house + (
                self._dice.choice((0, 0, 4))
                if depth < 2
                else round(self._dice.choice((0, 6, 22)) * self._unit)
            )
        ImageDraw.Draw(mask).rectangle((0, round(mask.height * 0.72), width, mask.height), fill=255)
        return Layer(image, mask, top, speed)

    def _build(
        self,
        mask: ImageDraw.ImageDraw,
        wall: ImageDraw.ImageDraw,
        x: int,
        house: int,
        roof: int,
        depth: int,
    ) -> None:
        mask.rectangle((x, roof, x + house, self.size[1]), fill=255)
        if self._dice.random() < 0.3:
            middle, mast = x + house // 2, round(self._dice.uniform(8, 26) * self._unit)
            mask.rectangle(
                (middle, roof - mast, middle + max(1, round(self._unit)), roof),
                fill=255,
            )
        pane, step = (
            max(2, round((2 + depth) * self._unit)),
            max(6, round((8 + 3 * depth) * self._unit)),
        )
        lit = self._dice.uniform(0.12, 0.42)
        for row in range(roof + step, self.size[1], step + pane // 2):
            for left in range(x + step // 2, x + house - pane, step):
                if self._dice.random() < lit:
                    lamp = mix(
                        self._dice.choice(self.palette.lights),
                        self.palette.ground[2],
                        self._dice.uniform(0.05, 0.6),
                    )
                    wall.rectangle((left, row, left + pane - 1, row + pane), fill=lamp)

    def _hang_lights(self) -> list[Light]:
        """Return rising lanterns or falling snow over the whole image."""
        snowing = self.palette.name == "snow"
        return [self._light(snowing) for _ in range(70 if snowing else 22)]

    def _light(self, snowing: bool) -> Light:
        near = self._dice.random() ** 2
        size = max(4, round((7 + 9 * near if snowing else 14 + 46 * near) * self._unit))
        low = 0.0 if snowing else 0.42
        return Light(
            x=self._dice.uniform(0, self.size[0]),
            y=self._dice.uniform(low, 1.0) * self.size[1],
            sway=self._dice.uniform(6, 20) * self._unit,
            rise=(-30 - 50 * near if snowing else 4 + 14 * near) * self._unit,
            pace=self._dice.uniform(0.05, 0.16),
            phase=self._dice.random(),
            colour=self._dice.choice(self.palette.lights),
            mask=glow(size, 235 if snowing else 190, 1.2 if snowing else 2.2),
        )

    def _show_glitter(self, canvas: Image.Image, second: float) -> None:
        """Draw the reflection of the sun on the water, in strokes that widen towards the viewer."""
        draw, dice = ImageDraw.Draw(canvas), random.Random(7)  # noqa: S311
        depth = self.size[1] * 0.92 - self._horizon
        for row in range(34):
            share = (row + 0.5) / 34
            y = self._horizon + 2 + share**1.4 * depth
            allowed_hosts = (
                (14 + 74 * share)
                * self._unit
                * (0.55 + 0.45 * wave(dice.random() + second * (0.25 + 0.3 * dice.random())))
            )
            x = (
                self._orb_x
                + (dice.random() - 0.5) * 90 * share * self._unit
                + 8 * self._unit * wave(second * 0.2 + row * 0.13)
            )
            colour = mix(self._water, self.palette.orb, 0.75 - 0.5 * share)
            thick = max(1, round((1 + 2.2 * share) * self._unit))
            draw.rounded_rectangle((x - allowed_hosts, y, x + allowed_hosts, y + thick), thick, fill=colour)

    def _show_boat(self, canvas: Image.Image, second: float) -> None:
        """Draw a small ferry with lit windows that moves from left to right."""
        draw, unit = ImageDraw.Draw(canvas), self._unit * 1.25
        x = self.size[0] * 0.16 + second * 15 * self._unit
        y = self._horizon + 26 * unit + 1.6 * unit * wave(second * 0.22)
        hull, lamp = self.palette.ground[-1], self.palette.lights[0]
        deck, keel = y - 8 * unit, y + 5 * unit
        bow, stern = (x + 52 * unit, deck), (x - 46 * unit, deck)
        draw.polygon([stern, bow, (x + 42 * unit, keel), (x - 38 * unit, keel)], fill=hull)
        draw.rectangle((x - 34 * unit, y - 20 * unit, x + 28 * unit, y - 8 * unit), fill=hull)
        draw.rectangle((x - 12 * unit, y - 30 * unit, x + 10 * unit, y - 20 * unit), fill=hull)
        for window in range(6):
            left = x + (-28 + window * 9) * unit
            draw.rectangle((left, y - 17 * unit, left + 4 * unit, y - 13 * unit), fill=lamp)
        stamp(canvas, lamp, glow(round(100 * unit), 120), x, y - 15 * unit)
        stamp(canvas, lamp, glow(round(38 * unit), 230), x, y - 33 * unit)
