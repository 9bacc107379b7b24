"""The city of the night market, 1920×1080: roofs under the moon, lanterns over stalls."""

import math
import random

from PIL import Image

from generation.demo.drawing import Point, Sheet, sky
from generation.demo.nature import HEIGHT, WIDTH, draw_orb, draw_stars
from generation.sandbox.drawing import Colour, mix, paint
from generation.sandbox.palettes import PALETTES, Palette

CLOTHS = tuple(paint(colour) for colour in ("#a63c3e", "#2f6a5c", "#b4653f", "#5a4a86", "#c9963a"))


def night_city(seed: int) -> Image.Image:
    """Roofs and lit windows, row behind row, under a full moon."""
    palette, dice = PALETTES["night"], random.Random(seed)  # noqa: S311
    stops = [*palette.sky, mix(palette.sky[-1], palette.lights[0], 0.25), palette.ground[-1]]
    sheet = Sheet(sky((WIDTH, HEIGHT), stops), WIDTH)
    draw_stars(sheet, dice, 460)
    draw_orb(sheet, (1420, 236), 84, palette.orb)
    for depth in range(4):
        _draw_row(sheet, dice, depth, palette)
        haze = mix(palette.sky[-1], palette.lights[0], 0.2)
        sheet.shade(
            [(-300, 940), (2200, 940), (2200, 1120), (-300, 1120)], haze, blur=70, share=0.30 - 0.08 * depth
        )
    return sheet.finished(seed)


def market(seed: int) -> Image.Image:
    """Strings of lanterns over the stalls of the night market."""
    palette, dice = PALETTES["neon"], random.Random(seed)  # noqa: S311
    stops = [*palette.sky, (122, 52, 66), mix(palette.ground[2], (96, 48, 40), 0.6), palette.ground[2]]
    sheet = Sheet(sky((WIDTH, HEIGHT), stops), WIDTH)
    draw_stars(sheet, dice, 300)
    _draw_row(sheet, dice, 1, palette)
    dusty = mix(palette.ground[2], (96, 44, 40), 0.55)
    sheet.shade([(-400, 850), (2300, 850), (2300, 1300), (-400, 1300)], dusty, blur=26, share=1)
    sheet.light((960, 760), 900, (255, 164, 92), 0.5)
    for row, (count, size) in enumerate(((7, 0.62), (5, 1.0))):
        for stall in range(count):
            x = (stall + 0.5 + (row - 0.5) * 0.24) / count * (WIDTH + 160) - 80
            _draw_stall(sheet, dice, (x, 800 + row * 150), size, CLOTHS[(stall * 2 + row * 3) % len(CLOTHS)])
    sheet.polygon(
        [(-10, 1010), (1930, 1010), (1930, 1090), (-10, 1090)], mix(palette.ground[3], (60, 26, 22), 0.4)
    )
    for row, (level, size) in enumerate(((250, 0.6), (330, 0.85), (190, 1.25))):
        _hang_lanterns(sheet, dice, row, level, size)
    return sheet.finished(seed)


def _draw_row(sheet: Sheet, dice: random.Random, depth: int, palette: Palette) -> None:
    """A row of houses; nearer rows are darker and larger, with larger windows."""
    colour = mix(palette.ground[min(depth, 3)], palette.sky[-1], (0.4, 0.22, 0.08, 0)[depth])
    x, foot = -30.0, (800, 880, 980, 1100)[depth]
    while x < WIDTH:
        wide = dice.uniform(70, 150) * (0.8 + 0.3 * depth)
        top = foot - dice.betavariate(1.7, 2.4) * (520 - 60 * depth) - 90
        sheet.polygon([(x, top), (x + wide, top), (x + wide, HEIGHT), (x, HEIGHT)], colour)
        _crown(sheet, dice, (x, top), wide, colour)
        _light_windows(sheet, dice, (x, top), wide, depth, palette)
        x += wide + dice.choice((0, 0, 5, 16)) * (1 + depth)


def _crown(sheet: Sheet, dice: random.Random, corner: Point, wide: float, colour: Colour) -> None:
    x, top = corner
    kind, middle = dice.randrange(5), x + wide * dice.uniform(0.3, 0.7)
    if kind == 0:
        sheet.line([(middle, top), (middle, top - 60)], colour, 4)
        sheet.light((middle, top - 62), 18, (255, 110, 90), 0.9)
    elif kind == 1:
        sheet.polygon([(x, top + 1), (x + wide, top + 1), (x + wide / 2, top - wide * 0.32)], colour)
    elif kind == 2:
        sheet.polygon(
            [(middle - 20, top - 34), (middle + 20, top - 34), (middle + 20, top), (middle - 20, top)], colour
        )
        sheet.polygon([(middle - 24, top - 34), (middle + 24, top - 34), (middle, top - 52)], colour)


def _light_windows(
    sheet: Sheet, dice: random.Random, corner: Point, wide: float, depth: int, palette: Palette
) -> None:
    pane, step = 5 + 3 * depth, 15 + 8 * depth
    lit, wall = dice.uniform(0.1, 0.42), palette.ground[min(depth, 3)]
    columns, left = int((wide - 12) // step), corner[0] + 10
    for row in range(int((HEIGHT - corner[1]) // (step + 4))):
        for column in range(columns):
            if dice.random() < lit:
                x, y = left + column * step, corner[1] + 18 + row * (step + 4)
                lamp = mix(dice.choice(palette.lights), wall, dice.uniform(0, 0.6))
                sheet.polygon([(x, y), (x + pane, y), (x + pane, y + pane * 1.4), (x, y + pane * 1.4)], lamp)


def _draw_stall(sheet: Sheet, dice: random.Random, foot: Point, size: float, cloth: Colour) -> None:
    x, y = foot
    wood, lamp = (64, 38, 36), (255, 196, 120)

    def at(*points: Point) -> list[Point]:
        return [(x + across * size, y + down * size) for across, down in points]

    sheet.polygon(at((-132, -170), (132, -170), (132, 10), (-132, 10)), mix(wood, lamp, 0.35))
    sheet.light(at((0, -110))[0], 190 * size, lamp, 0.85)
    for shelf in (-78, -34):
        for thing in range(9):
            left, tint = -116 + thing * 26, mix(dice.choice(CLOTHS), lamp, dice.uniform(0.1, 0.5))
            sheet.oval(
                at((left + 12, shelf))[0], dice.uniform(8, 12) * size, dice.uniform(9, 16) * size, tint
            )
    sheet.polygon(at((-146, -22), (146, -22), (146, 90), (-146, 90)), wood)
    sheet.polygon(at((-150, -28), (150, -28), (150, -10), (-150, -10)), mix(wood, lamp, 0.4))
    for post in (-136, 136):
        sheet.polygon(
            at((post - 6, -190), (post + 6, -190), (post + 6, 90), (post - 6, 90)), mix(wood, (0, 0, 0), 0.3)
        )
    for stripe in range(8):
        left, tone = -168 + stripe * 42, cloth if stripe % 2 == 0 else mix(cloth, (255, 236, 208), 0.72)
        top = -140 + stripe * 35
        sheet.polygon(
            at((top, -236), (top + 35, -236), (left + 42, -166), (left, -166)), mix(tone, wood, 0.2)
        )
        middle = at((left + 21, -166))[0]
        sheet.oval(middle, 21 * size, 15 * size, mix(tone, wood, 0.28))


def _hang_lanterns(sheet: Sheet, dice: random.Random, row: int, level: float, size: float) -> None:
    """One string across the picture with paper lanterns."""
    sag = 110 * size
    run = [(x, level + sag * math.sin(math.pi * (x + 60) / 2040) + (x - 960) * (0.03, -0.05, 0.04)[row])
           for x in range(-60, 2000, 60)]  # fmt: skip
    sheet.line(run, (34, 18, 28), 4 * size)
    every = round(3.4 / size) if size < 1 else 3
    for place in range(1 + row % 2, len(run), every):
        x, y = run[place]
        paper = dice.choice(((255, 150, 78), (255, 186, 96), (236, 92, 76), (255, 210, 130)))
        middle = (x, y + 62 * size)
        sheet.light(middle, 190 * size, paper, 0.6)
        sheet.line([(x, y), (x, y + 20 * size)], (34, 18, 28), 3 * size)
        sheet.oval(middle, 42 * size, 46 * size, mix(paper, (150, 40, 30), 0.25))
        sheet.oval(middle, 28 * size, 45 * size, mix(paper, (150, 40, 30), 0.08))
        sheet.light((middle[0], middle[1] + 8 * size), 46 * size, (255, 240, 200), 0.9)
        for edge in (-44, 44):
            bar = [(x - 18 * size, middle[1] + edge * size), (x + 18 * size, middle[1] + edge * size)]
            sheet.line(bar, (60, 26, 26), 8 * size)
