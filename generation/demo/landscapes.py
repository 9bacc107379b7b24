"""The harbour and its hills, 1920×1080, at dusk and at night."""

import math
import random

from PIL import Image

from generation.demo.drawing import Point, Sheet, sky
from generation.sandbox.drawing import Colour, mix, wave
from generation.sandbox.palettes import PALETTES, Palette

WIDTH, HEIGHT = 1920, 1080
WHITE = (255, 250, 238)
HORIZON = 640


def hills(seed: int) -> Image.Image:
    """Ridge behind ridge under a low sun."""
    palette, dice = PALETTES["dusk"], _dice(seed)
    sheet = Sheet(sky((WIDTH, HEIGHT), [*palette.sky, mix(palette.sky[-1], WHITE, 0.2)]), WIDTH)
    draw_orb(sheet, (1270, 520), 92, palette.orb)
    _draw_clouds(sheet, dice, palette, 0.5)
    tones = [mix(palette.sky[-2], palette.ground[0], share) for share in (0.45, 0.75, 1.0)]
    tones += list(palette.ground[1:])
    for depth, tone in enumerate(tones):
        _draw_ridge(sheet, dice, 560 + depth * 82, 62 + depth * 9, tone, mix(tone, palette.sky[-2], 0.28))
    _draw_pines(sheet, dice, palette.ground[-1])
    return sheet.finished(seed)


def harbour(seed: int) -> Image.Image:
    """The last ferry comes in while the sun goes down behind the bay."""
    palette, dice = PALETTES["dusk"], _dice(seed)
    sheet = _sea(palette, dice, (1210, 520), 84)
    for depth, level in enumerate((600, 622)):
        tone = mix(palette.ground[0], palette.sky[-2], 0.5 - 0.35 * depth)
        _draw_ridge(sheet, dice, level, 40 - 18 * depth, tone, tone, bottom=HORIZON)
    draw_glitter(sheet, dice, 1210, palette.orb)
    draw_ferry(sheet, (388, 742), 1.1, palette)
    for x, y, size in ((1480, 712, 0.8), (1650, 742, 1.1), (1380, 690, 0.6)):
        _draw_sail(sheet, (x, y), size, palette)
    draw_quay(sheet, palette, lamps_lit=True)
    return sheet.finished(seed)


def lighthouse(seed: int) -> Image.Image:
    """The beam goes over the sea in the blue hour."""
    palette, dice = PALETTES["night"], _dice(seed)
    sheet = _sea(palette, dice, (430, 250), 58)
    draw_glitter(sheet, dice, 430, palette.orb)
    _draw_beam(sheet, (1373, 318))
    cliff = [(1920, 560), (1700, 566), (1560, 604), (1400, 600), (1260, 612), (1170, 650), (1120, 740)]
    cliff += [(1040, 800), (980, 900), (860, 960), (780, 1080), (1000, 1140), (1980, 1140), (1980, 600)]
    sheet.shape(cliff, palette.ground[1])
    inside = sheet.mask(cliff)
    sheet.shade([(1180, 640), (1560, 590), (1900, 560), (1900, 690), (1300, 720)], mix(palette.ground[0], WHITE, 0.22),
                blur=40, share=0.6, within=inside)  # fmt: skip
    sheet.shade([(900, 1000), (1300, 840), (1960, 900), (1960, 1100), (800, 1120)], palette.ground[-1],
                blur=60, share=0.9, within=inside)  # fmt: skip
    _draw_tower(sheet, 1373, 618, palette)
    _draw_cottage(sheet, 1600, 606, palette)
    return sheet.finished(seed)


# What the pictures are made of


def draw_orb(sheet: Sheet, middle: Point, radius: float, colour: Colour) -> None:
    """Sun or moon in its own haze."""
    sheet.light(middle, radius * 7, colour, 0.42)
    sheet.light(middle, radius * 2.6, colour, 0.5)
    sheet.oval(middle, radius, radius, mix(colour, WHITE, 0.25))


def draw_stars(sheet: Sheet, dice: random.Random, lowest: float) -> None:
    """Small lights, fewer towards the horizon."""
    for _ in range(170):
        place = (dice.uniform(0, WIDTH), dice.random() ** 1.6 * lowest)
        size = dice.choice((1.0, 1.2, 1.6, 2.2))
        sheet.oval(place, size, size, mix((90, 110, 150), WHITE, dice.uniform(0.2, 0.9)))
        if size > 2:
            sheet.light(place, 12, WHITE, 0.4)


def draw_glitter(sheet: Sheet, dice: random.Random, x: float, colour: Colour) -> None:
    """The path of the light on the water, in strokes that widen towards the viewer."""
    for row in range(64):
        share = (row + 0.5) / 64
        y = HORIZON + 6 + share**1.5 * (HEIGHT - HORIZON)
        reach = (26 + 190 * share) * dice.uniform(0.15, 1)
        middle = x + dice.uniform(-1, 1) * (20 + 130 * share)
        thick = 1.5 + 6 * share
        stroke = [(middle - reach, y), (middle, y - thick), (middle + reach, y), (middle, y + thick)]
        sheet.shade(stroke, mix(colour, WHITE, 0.2), blur=2, share=0.85 - 0.5 * share)


def draw_ferry(sheet: Sheet, place: Point, size: float, palette: Palette) -> None:
    """A little ferry with lit windows and its lights on the water."""
    x, y = place
    hull, lamp = palette.ground[-1], palette.lights[0]

    def at(*points: Point) -> list[Point]:
        return [(x + across * size, y + down * size) for across, down in points]

    for window in range(9):
        left = -116 + window * 28
        sheet.shade(
            at((left, 34), (left + 16, 34), (left + 20, 190), (left - 6, 190)),
            lamp,
            blur=9 * size,
            share=0.26,
        )
    sheet.polygon(at((-196, -18), (214, -26), (168, 34), (-166, 34)), hull)
    sheet.polygon(at((-150, -64), (120, -64), (138, -18), (-158, -18)), mix(hull, palette.ground[0], 0.35))
    sheet.polygon(at((-70, -104), (52, -104), (66, -64), (-78, -64)), hull)
    sheet.polygon(at((-30, -150), (0, -150), (4, -104), (-36, -104)), mix((176, 70, 50), hull, 0.35))
    for window in range(9):
        left = -138 + window * 28
        sheet.polygon(at((left, -53), (left + 17, -53), (left + 17, -32), (left, -32)), mix(lamp, WHITE, 0.3))
    for window in range(4):
        left = -58 + window * 28
        sheet.polygon(
            at((left, -94), (left + 18, -94), (left + 18, -76), (left, -76)), mix(lamp, WHITE, 0.15)
        )
    sheet.line(at((196, -26), (200, -92)), hull, 4 * size)
    sheet.light(at((-10, -44))[0], 250 * size, lamp, 0.34)
    sheet.light(at((200, -96))[0], 60 * size, (255, 120, 90), 0.9)


def draw_quay(sheet: Sheet, palette: Palette, *, lamps_lit: bool) -> None:
    """A quay in the foreground with a row of lamps, bollards and a railing."""
    dark = palette.ground[-1]
    sheet.polygon([(0, 958), (1920, 914), (1920, 1080), (0, 1080)], dark)
    sheet.polygon([(0, 950), (1920, 906), (1920, 918), (0, 964)], mix(dark, palette.sky[-2], 0.3))
    for x in range(40, 1920, 120):
        y = 955 - x * 44 / 1920
        sheet.line([(x, y), (x, y - 44)], dark, 5)
    sheet.line([(0, 916), (1920, 870)], dark, 6)
    sheet.line([(0, 936), (1920, 890)], dark, 4)
    for lamp in quay_lamps():
        draw_lamp_post(sheet, lamp, dark)
        if lamps_lit:
            sheet.light(lamp, 210, palette.lights[0], 0.5)
            sheet.light(lamp, 54, palette.lights[2], 0.95)
            sheet.light((lamp[0], lamp[1] + 312), 150, palette.lights[1], 0.24)


def quay_lamps() -> list[Point]:
    """Where the lanterns hang, from left to right."""
    return [(x, 650 - x * 44 / 1920) for x in (150, 620, 1090, 1560)]


def draw_lamp_post(sheet: Sheet, lamp: Point, colour: Colour) -> None:
    """A post with its lantern, unlit."""
    x, y = lamp
    sheet.line([(x, y + 18), (x, y + 310)], colour, 9)
    sheet.polygon([(x - 24, y + 310), (x + 24, y + 310), (x + 12, y + 276), (x - 12, y + 276)], colour)
    sheet.polygon(
        [(x - 22, y - 20), (x + 22, y - 20), (x + 14, y + 22), (x - 14, y + 22)], mix(colour, WHITE, 0.12)
    )
    sheet.polygon([(x - 28, y - 20), (x + 28, y - 20), (x, y - 42)], colour)


def _dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311


def _sea(palette: Palette, dice: random.Random, orb: Point, radius: float) -> Sheet:
    """Sky, its light, clouds or stars, and the water below, which mirrors them."""
    ground = Image.new("RGB", (WIDTH, HEIGHT))
    ground.paste(sky((WIDTH, HORIZON), palette.sky))
    mirrored = [mix(colour, palette.ground[2], 0.5) for colour in reversed(palette.sky[-3:])]
    ground.paste(sky((WIDTH, HEIGHT - HORIZON), [*mirrored, palette.ground[-1]]), (0, HORIZON))
    sheet = Sheet(ground, WIDTH)
    if palette.stars:
        draw_stars(sheet, dice, HORIZON - 60)
    draw_orb(sheet, orb, radius, palette.orb)
    _draw_clouds(sheet, dice, palette, 0.2 if palette.stars else 0.5)
    for row in range(46):
        y = HORIZON + 4 + (row / 46) ** 1.6 * 420
        x, reach = dice.uniform(0, WIDTH), dice.uniform(60, 320)
        tone = mix(palette.sky[-2], palette.ground[2], dice.uniform(0.15, 0.7))
        sheet.shade([(x - reach, y), (x, y - 3), (x + reach, y), (x, y + 3)], tone, blur=2, share=0.5)
    return sheet


def _draw_clouds(sheet: Sheet, dice: random.Random, palette: Palette, share: float) -> None:
    """Long banks, lit from the horizon."""
    colour = mix(palette.sky[-1], palette.orb, 0.4)
    for _ in range(9):
        x, y = dice.uniform(0, WIDTH), dice.uniform(90, 540)
        reach, depth = dice.uniform(160, 460), dice.uniform(6, 18)
        bank = [(x - reach, y), (x - reach * 0.3, y - depth), (x + reach * 0.5, y - depth * 0.6)]
        bank += [(x + reach, y), (x + reach * 0.2, y + depth)]
        sheet.shade(bank, colour, blur=12, share=share * dice.uniform(0.3, 0.9))


def _draw_ridge(
    sheet: Sheet,
    dice: random.Random,
    level: float,
    swing: float,
    top: Colour,
    foot: Colour,
    bottom: float = HEIGHT,
) -> None:
    """A line of hills out of a few waves, misty at its foot."""
    waves = [(dice.uniform(0.7, 1.4) * bump, dice.random(), 0.7 / bump**0.9) for bump in (1.0, 2.1, 4.3, 9.0)]
    line = [
        (x, level - swing * math.fsum(share * wave(x / 1700 * pace + phase) for pace, phase, share in waves))
        for x in range(-20, WIDTH + 30, 10)
    ]
    form = [*line, (WIDTH + 20, bottom), (-20, bottom)]
    sheet.polygon(form, top)
    if foot != top:
        crest = max(y for _, y in line)
        mist = [
            (-200, crest + 60),
            (WIDTH + 200, crest + 60),
            (WIDTH + 200, crest + 130),
            (-200, crest + 130),
        ]
        sheet.shade(mist, foot, blur=34, share=0.75)


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


def _draw_sail(sheet: Sheet, place: Point, size: float, palette: Palette) -> None:
    x, y = place
    dark = palette.ground[-2]
    sheet.shade(
        [(x - 40 * size, y + 20), (x + 40 * size, y + 20), (x + 8, y + 130 * size)], dark, blur=8, share=0.45
    )
    sheet.polygon(
        [(x - 3, y), (x - 3, y - 170 * size), (x - 64 * size, y - 8)], mix(palette.sky[-1], dark, 0.35)
    )
    sheet.polygon(
        [(x + 4, y), (x + 4, y - 150 * size), (x + 52 * size, y - 10)], mix(palette.sky[-2], dark, 0.5)
    )
    sheet.polygon(
        [(x - 70 * size, y), (x + 74 * size, y - 4), (x + 48 * size, y + 20), (x - 52 * size, y + 20)], dark
    )


def _draw_beam(sheet: Sheet, lamp: Point) -> None:
    x, y = lamp
    for spread, share in ((170, 0.07), (105, 0.11), (52, 0.18)):
        sheet.shade([(x, y - 5), (x, y + 5), (-200, y + 60 + spread), (-200, y + 60 - spread)], (255, 240, 196),
                    blur=18, share=share)  # fmt: skip
        sheet.shade([(x, y - 4), (x, y + 4), (2200, y - 40 + spread * 0.6), (2200, y - 40 - spread * 0.6)],
                    (255, 240, 196), blur=16, share=share * 0.7)  # fmt: skip


def _draw_tower(sheet: Sheet, x: float, foot: float, palette: Palette) -> None:
    top, stone = foot - 270, (204, 200, 196)
    for band in range(6):
        upper, lower = top + band * 47, top + (band + 1) * 47
        tone = mix(stone if band % 2 == 0 else (176, 62, 52), palette.ground[1], 0.42)
        wide, wider = 30 + band * 4, 34 + band * 4
        sheet.polygon([(x - wide, upper), (x + wide, upper), (x + wider, lower), (x - wider, lower)], tone)
        sheet.polygon([(x + wide * 0.2, upper), (x + wide, upper), (x + wider, lower), (x + wider * 0.2, lower)],
                      mix(tone, palette.ground[-1], 0.45))  # fmt: skip
    dark = palette.ground[-1]
    sheet.polygon([(x - 46, top), (x + 46, top), (x + 42, top + 13), (x - 42, top + 13)], dark)
    sheet.polygon([(x - 22, top - 56), (x + 22, top - 56), (x + 22, top), (x - 22, top)], (255, 236, 180))
    for bar in (-22, 0, 22):
        sheet.line([(x + bar, top - 56), (x + bar, top)], dark, 4)
    sheet.shape([(x - 32, top - 54), (x, top - 98), (x + 32, top - 54)], dark)
    sheet.light((x, top - 30), 300, (255, 232, 170), 0.6)
    sheet.light((x, top - 30), 70, (255, 250, 225), 1)


def _draw_cottage(sheet: Sheet, x: float, foot: float, palette: Palette) -> None:
    dark, lamp = palette.ground[-1], palette.lights[0]
    sheet.polygon(
        [(x - 66, foot), (x + 66, foot), (x + 66, foot - 52), (x - 66, foot - 52)], mix(dark, WHITE, 0.08)
    )
    sheet.polygon([(x - 80, foot - 50), (x + 80, foot - 50), (x + 48, foot - 98), (x - 48, foot - 98)], dark)
    for left in (-42, 18):
        sheet.polygon([(x + left, foot - 38), (x + left + 24, foot - 38), (x + left + 24, foot - 14),
                       (x + left, foot - 14)], mix(lamp, WHITE, 0.2))  # fmt: skip
    sheet.light((x, foot - 26), 130, lamp, 0.45)
