"""Sky, sea and hills, of which the pictures of the demo are made; all in the units of a 1920×1080 sheet."""

import math
import random

from PIL import Image

from generation.demo.drawing import Point, Sheet, sky
from generation.sandbox.drawing import Colour, mix, wave
from generation.sandbox.palettes import Palette

WIDTH, HEIGHT = 1920, 1080
WHITE = (255, 250, 238)
HORIZON = 640


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


def draw_clouds(sheet: Sheet, dice: random.Random, palette: Palette, share: float) -> None:
    """Long banks, lit from the horizon."""
    colour = mix(palette.sky[-1], palette.orb, 0.4)
    for _ in range(9):
        x, y = dice.uniform(0, WIDTH), dice.uniform(90, 540)
        reach, depth = dice.uniform(160, 460), dice.uniform(6, 18)
        bank = [(x - reach, y), (x - reach * 0.3, y - depth), (x + reach * 0.5, y - depth * 0.6)]
        bank += [(x + reach, y), (x + reach * 0.2, y + depth)]
        sheet.shade(bank, colour, blur=12, share=share * dice.uniform(0.3, 0.9))


def draw_ridge(
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


def open_sea(palette: Palette, dice: random.Random, orb: Point, radius: float) -> Sheet:
    """Sky, its light, clouds or stars, and the water below, which mirrors them."""
    ground = Image.new("RGB", (WIDTH, HEIGHT))
    ground.paste(sky((WIDTH, HORIZON), palette.sky))
    mirrored = [mix(colour, palette.ground[2], 0.5) for colour in reversed(palette.sky[-3:])]
    ground.paste(sky((WIDTH, HEIGHT - HORIZON), [*mirrored, palette.ground[-1]]), (0, HORIZON))
    sheet = Sheet(ground, WIDTH)
    if palette.stars:
        draw_stars(sheet, dice, HORIZON - 60)
    draw_orb(sheet, orb, radius, palette.orb)
    draw_clouds(sheet, dice, palette, 0.2 if palette.stars else 0.5)
    for row in range(46):
        y = HORIZON + 4 + (row / 46) ** 1.6 * 420
        x, reach = dice.uniform(0, WIDTH), dice.uniform(60, 320)
        tone = mix(palette.sky[-2], palette.ground[2], dice.uniform(0.15, 0.7))
        sheet.shade([(x - reach, y), (x, y - 3), (x + reach, y), (x, y + 3)], tone, blur=2, share=0.5)
    return sheet
