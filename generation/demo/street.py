"""The neon street of the night market, 1920×1080, in the rain."""

import random

from PIL import Image

from generation.demo.drawing import Point, Sheet, sky
from generation.demo.nature import HEIGHT, WHITE, WIDTH
from generation.sandbox.drawing import Colour, mix, paint
from generation.sandbox.palettes import PALETTES, Palette

VANISHING: Point = (985, 500)
SIGNS = tuple(paint(colour) for colour in ("#ff5fa8", "#4fd8ff", "#ffc457", "#b58cff", "#6ff0b0", "#ff8a5c"))


def neon_street(seed: int) -> Image.Image:
    """Houses on both sides run into the distance; their signs lie again on the wet ground."""
    palette, dice = PALETTES["neon"], random.Random(seed)  # noqa: S311
    sheet = Sheet(sky((WIDTH, HEIGHT), [*palette.sky, mix(palette.sky[-1], palette.orb, 0.3)]), WIDTH)
    sheet.light((VANISHING[0], VANISHING[1] - 60), 620, (255, 120, 150), 0.55)
    sheet.polygon([(-10, 1090), (1930, 1090), (1930, 700), VANISHING, (-10, 700)], palette.ground[2])
    sheet.shade([(900, 520), (1070, 520), (1330, 1100), (640, 1100)], (150, 62, 104), blur=70, share=0.5)
    houses = [(share, side) for share in (0.16, 0.25, 0.38, 0.58, 0.86, 1.3) for side in (-1, 1)]
    for place, (share, side) in enumerate(houses):
        _draw_house(sheet, dice, share, side, SIGNS[(place * 5 + 2) % len(SIGNS)], palette)
    sheet.light((VANISHING[0], VANISHING[1] + 20), 240, (255, 190, 170), 0.5)
    for _ in range(230):
        x, y, fall = dice.uniform(0, WIDTH), dice.uniform(-40, HEIGHT), dice.uniform(26, 64)
        sheet.line(
            [(x, y), (x - fall * 0.12, y + fall)],
            mix(palette.sky[1], (190, 190, 235), dice.uniform(0.2, 0.5)),
            1,
        )
    return sheet.finished(seed)


def _draw_house(
    sheet: Sheet, dice: random.Random, share: float, side: int, sign: Colour, palette: Palette
) -> None:
    """One front in perspective: `share` 0 lies at the vanishing point, 1 at the picture's edge."""
    near, far = share * 1.55, share

    def at(reach: float, height: float) -> Point:
        return VANISHING[0] + side * 900 * reach, VANISHING[1] + 560 * reach * height

    tall = -dice.uniform(1.0, 1.7) if share < 0.8 else -2
    tone = mix(palette.ground[1], palette.sky[-1], max(0.0, 0.4 - share * 0.6))
    sheet.polygon([at(far, tall), at(near, tall), at(near, 0.78), at(far, 0.78)], tone)
    sheet.polygon(
        [at(far, tall), at(far, 0.78), at(far * 0.86, 0.78), at(far * 0.86, tall)], mix(tone, WHITE, 0.05)
    )
    _draw_panes(sheet, dice, near, far, tall, tone, palette, side)
    low = dice.uniform(-0.5, -0.15)
    board = [at(far * 0.84, low), at(far * 0.97, low), at(far * 0.97, low + 0.52), at(far * 0.84, low + 0.52)]
    middle = at(far * 0.905, low + 0.26)
    sheet.light(middle, 330 * share + 60, sign, 0.6)
    sheet.polygon(board, mix(sign, palette.ground[-1], 0.72))
    _draw_strokes(sheet, dice, board, sign, share)
    _reflect(sheet, dice, middle[0], at(far, 0.78)[1], share, sign)
    shop = mix((255, 206, 140), SIGNS[dice.randrange(6)], 0.3)
    front = [at(far * 1.06, 0.28), at(near * 0.94, 0.28), at(near * 0.94, 0.74), at(far * 1.06, 0.74)]
    sheet.polygon(front, mix(shop, tone, 0.25))
    sheet.light(at((far + near) / 2, 0.5), 420 * share, shop, 0.4)
    awning = [at(far * 1.02, 0.2), at(near * 0.98, 0.2), at(near * 0.96, 0.36), at(far * 1.0, 0.36)]
    sheet.polygon(awning, mix(sign, palette.ground[-1], 0.5))


def _draw_panes(
    sheet: Sheet,
    dice: random.Random,
    near: float,
    far: float,
    tall: float,
    tone: Colour,
    palette: Palette,
    side: int,
) -> None:
    """Windows of the front, foreshortened with it."""

    def at(reach: float, height: float) -> Point:
        return VANISHING[0] + side * 900 * reach, VANISHING[1] + 560 * reach * height

    columns = [far + (near - far) * part for part in (0.1, 0.3, 0.5, 0.7, 0.88)]
    level = tall + 0.1
    while level < 0.02:
        for reach in columns:
            if dice.random() < 0.42:
                edge, lamp = (
                    reach + (near - far) * 0.1,
                    mix(dice.choice(palette.lights), tone, dice.uniform(0.25, 0.7)),
                )
                sheet.polygon(
                    [at(reach, level), at(edge, level), at(edge, level + 0.09), at(reach, level + 0.09)], lamp
                )
        level += 0.16


def _draw_strokes(sheet: Sheet, dice: random.Random, board: list[Point], sign: Colour, share: float) -> None:
    """A frame and a few bright strokes that look like letters from afar."""
    bright, (left, top), (right, low) = mix(sign, WHITE, 0.45), board[0], board[2]
    for start, end in zip(board, [*board[1:], board[0]], strict=True):
        sheet.line([start, end], sign, 7 * share + 1)
    for row in range(3):
        y = top + (low - top) * (0.22 + 0.28 * row)
        inner = [left + (right - left) * part for part in (0.25, 0.5, 0.75)]
        lift = (low - top) * 0.09
        for pair in dice.sample([(0, 2), (0, 1), (1, 2), (0, 0), (2, 2), (1, 1)], 3):
            start, end = (inner[pair[0]], y - lift * dice.choice((1, 0))), (inner[pair[1]], y + lift)
            sheet.line([start, end], bright, 8 * share + 1)


def _reflect(sheet: Sheet, dice: random.Random, x: float, y: float, share: float, colour: Colour) -> None:
    """A sign on the wet ground: upright smears that break up towards the viewer."""
    for step in range(9):
        top, reach = y + step * 52 * share, (70 - 4 * step) * share * dice.uniform(0.5, 1.2)
        shift = dice.uniform(-16, 16) * share
        smear = [
            (x + shift - reach, top),
            (x + shift, top - 18 * share),
            (x + shift + reach, top),
            (x + shift, top + 64 * share),
        ]
        sheet.shade(smear, colour, blur=10 * share + 2, share=0.5 - 0.045 * step)
