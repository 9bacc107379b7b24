"""The harbour and its hills, 1920×1080, at dusk and at night."""

import random

from PIL import Image

from generation.demo import seaside
from generation.demo.drawing import Sheet, sky
from generation.demo.nature import (
    HEIGHT,
    HORIZON,
    WHITE,
    WIDTH,
    draw_clouds,
    draw_glitter,
    draw_orb,
    draw_ridge,
    open_sea,
)
from generation.sandbox.drawing import Colour, mix
from generation.sandbox.palettes import PALETTES


def hills(seed: int) -> Image.Image:
    """Ridge behind ridge under a low sun."""
    palette, dice = PALETTES["dusk"], _dice(seed)
    sheet = Sheet(sky((WIDTH, HEIGHT), [*palette.sky, mix(palette.sky[-1], WHITE, 0.2)]), WIDTH)
    draw_orb(sheet, (1270, 520), 92, palette.orb)
    draw_clouds(sheet, dice, palette, 0.5)
    tones = [mix(palette.sky[-2], palette.ground[0], share) for share in (0.45, 0.75, 1.0)]
    tones += list(palette.ground[1:])
    for depth, tone in enumerate(tones):
        draw_ridge(sheet, dice, 560 + depth * 82, 62 + depth * 9, tone, mix(tone, palette.sky[-2], 0.28))
    _draw_pines(sheet, dice, palette.ground[-1])
    return sheet.finished(seed)


def harbour(seed: int) -> Image.Image:
    """The last ferry comes in while the sun goes down behind the bay."""
    palette, dice = PALETTES["dusk"], _dice(seed)
    sheet = open_sea(palette, dice, (1210, 520), 84)
    for depth, level in enumerate((600, 622)):
        tone = mix(palette.ground[0], palette.sky[-2], 0.5 - 0.35 * depth)
        draw_ridge(sheet, dice, level, 40 - 18 * depth, tone, tone, bottom=HORIZON)
    draw_glitter(sheet, dice, 1210, palette.orb)
    seaside.draw_ferry(sheet, (388, 742), 1.1, palette)
    for x, y, size in ((1480, 712, 0.8), (1650, 742, 1.1), (1380, 690, 0.6)):
        seaside.draw_sail(sheet, (x, y), size, palette)
    seaside.draw_quay(sheet, palette, lamps_lit=True)
    return sheet.finished(seed)


def lighthouse(seed: int) -> Image.Image:
    """The beam goes over the sea in the blue hour."""
    palette, dice = PALETTES["night"], _dice(seed)
    sheet = open_sea(palette, dice, (430, 250), 58)
    draw_glitter(sheet, dice, 430, palette.orb)
    seaside.draw_beam(sheet, (1373, 318))
    cliff = [(1920, 560), (1700, 566), (1560, 604), (1400, 600), (1260, 612), (1170, 650), (1120, 740)]
    cliff += [(1040, 800), (980, 900), (860, 960), (780, 1080), (1000, 1140), (1980, 1140), (1980, 600)]
    sheet.shape(cliff, palette.ground[1])
    inside = sheet.mask(cliff)
    sheet.shade([(1180, 640), (1560, 590), (1900, 560), (1900, 690), (1300, 720)], mix(palette.ground[0], WHITE, 0.22),
                blur=40, share=0.6, within=inside)  # fmt: skip
    sheet.shade([(900, 1000), (1300, 840), (1960, 900), (1960, 1100), (800, 1120)], palette.ground[-1],
                blur=60, share=0.9, within=inside)  # fmt: skip
    seaside.draw_tower(sheet, 1373, 618, palette)
    seaside.draw_cottage(sheet, 1600, 606, palette)
    return sheet.finished(seed)


def _draw_pines(sheet: Sheet, dice: random.Random, colour: Colour) -> None:
    """Trees on the banks in both corners."""
    for _ in range(34):
        edge = dice.uniform(-20, 520)
        x = dice.choice((edge, WIDTH - edge))
        y, tall = 1020 + edge * 0.12, dice.uniform(70, 190)
        for step in range(4):
            top, wide = y - tall * (1 - step * 0.2), tall * (0.1 + 0.06 * step)
            sheet.polygon([(x, top), (x + wide, top + tall * 0.34), (x - wide, top + tall * 0.34)], colour)
    for mirror in (1, -1):
        bank = [(-40, 1000), (220, 1010), (470, 1050), (640, 1110), (-40, 1110)]
        sheet.shape([(960 + mirror * (x - 960), y) for x, y in bank], colour)


def _dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311
