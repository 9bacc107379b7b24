"""A clip of four seconds: the lamps on the quay come on, one by one."""

import random
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from generation.demo.drawing import Sheet, grained, sky
from generation.demo.nature import HEIGHT, HORIZON, WHITE, WIDTH, draw_orb, draw_stars
from generation.demo.seaside import draw_quay, quay_lamps
from generation.sandbox.drawing import Colour, Size, ease, glow, mix, stamp, wave
from generation.sandbox.encoding import FPS, write_mp4
from generation.sandbox.palettes import PALETTES

SIZE: Size = (960, 540)
SECONDS = 4
ZOOM = SIZE[0] / WIDTH
FIRST_LAMP, EACH_LAMP, WARM_UP = 0.5, 0.75, 0.35
WAVES = 60
LAMP: Colour = (255, 207, 135)


def draw_clip(path: Path, seed: int) -> None:
    """Writes the clip, 960×540 at 24 frames a second, as MP4 with its index in front."""
    write_mp4(path, SIZE, _frames(seed), None)


def _frames(seed: int) -> Iterator[Image.Image]:
    ground, dice = _quay(seed), random.Random(seed)  # noqa: S311
    strokes = [(dice.uniform(0, SIZE[0]), dice.random(), dice.random()) for _ in range(WAVES)]
    for index in range(SECONDS * FPS):
        frame, second = ground.copy(), index / FPS
        for x, share, phase in strokes:
            _show_wave(frame, x, share, wave(phase + second * 0.3))
        for place, lamp in enumerate(quay_lamps()):
            lit = ease((second - FIRST_LAMP - place * EACH_LAMP) / WARM_UP)
            if lit:
                _show_lamp(frame, lamp[0] * ZOOM, lamp[1] * ZOOM, round(lit * 8))
        yield frame


def _quay(seed: int) -> Image.Image:
    """The blue hour over the bay, before the first lamp."""
    palette, night = PALETTES["dusk"], PALETTES["night"]
    stops = [
        mix(colour, other, 0.3)
        for colour, other in zip(palette.sky, [*night.sky, night.sky[-1]], strict=True)
    ]
    ground = Image.new("RGB", (WIDTH, HEIGHT))
    ground.paste(sky((WIDTH, HORIZON), stops))
    ground.paste(
        sky((WIDTH, HEIGHT - HORIZON), [mix(stops[-1], night.ground[0], 0.5), night.ground[2]]), (0, HORIZON)
    )
    sheet = Sheet(ground, WIDTH)
    draw_stars(sheet, random.Random(seed), 330)  # noqa: S311
    draw_orb(sheet, (1330, 300), 60, palette.orb)
    far = [(-40, 640), (200, 596), (520, 616), (860, 574), (1240, 618), (1600, 588), (1960, 628), (1960, 640)]
    sheet.shape([*far, (960, 642)], mix(night.ground[0], stops[-1], 0.35))
    draw_quay(sheet, night, lamps_lit=False)
    return grained(sheet.finished(seed).resize(SIZE, Image.Resampling.BOX), seed)


def _show_wave(frame: Image.Image, x: float, share: float, sway: float) -> None:
    """A glint on the water that widens and narrows."""
    top, reach = HORIZON * ZOOM + 4 + share * 128, (10 + 45 * share) * (1 + 0.5 * sway)
    mask = glow(48, 84, 1.2).resize((max(2, round(reach * 2)), round(3 + 4 * share)))
    stamp(frame, mix(WHITE, LAMP, 0.4), mask, x + 14 * sway, top)


def _show_lamp(frame: Image.Image, x: float, y: float, step: int) -> None:
    """The lantern, its haze and its light on the stones, in eight steps of brightness."""
    stamp(frame, LAMP, glow(240, step * 17, 1.7), x, y)
    stamp(frame, mix(LAMP, WHITE, 0.6), glow(58, step * 31, 1.3), x, y)
    stamp(frame, LAMP, glow(180, step * 10, 1.7), x, y + 156)
