"""What stands and floats by the sea: ferry and sails, quay and lamps, lighthouse and cottage."""

from generation.demo.drawing import Point, Sheet
from generation.demo.nature import WHITE
from generation.sandbox.drawing import Colour, mix
from generation.sandbox.palettes import Palette


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


def draw_sail(sheet: Sheet, place: Point, size: float, palette: Palette) -> None:
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


def draw_beam(sheet: Sheet, lamp: Point) -> None:
    x, y = lamp
    for spread, share in ((170, 0.07), (105, 0.11), (52, 0.18)):
        sheet.shade([(x, y - 5), (x, y + 5), (-200, y + 60 + spread), (-200, y + 60 - spread)], (255, 240, 196),
                    blur=18, share=share)  # fmt: skip
        sheet.shade([(x, y - 4), (x, y + 4), (2200, y - 40 + spread * 0.6), (2200, y - 40 - spread * 0.6)],
                    (255, 240, 196), blur=16, share=share * 0.7)  # fmt: skip


def draw_tower(sheet: Sheet, x: float, foot: float, palette: Palette) -> None:
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


def draw_cottage(sheet: Sheet, x: float, foot: float, palette: Palette) -> None:
    dark, lamp = palette.ground[-1], palette.lights[0]
    sheet.polygon(
        [(x - 66, foot), (x + 66, foot), (x + 66, foot - 52), (x - 66, foot - 52)], mix(dark, WHITE, 0.08)
    )
    sheet.polygon([(x - 80, foot - 50), (x + 80, foot - 50), (x + 48, foot - 98), (x - 48, foot - 98)], dark)
    for left in (-42, 18):
        sheet.polygon([(x + left, foot - 38), (x + left + 24, foot - 38), (x + left + 24, foot - 14),
                       (x + left, foot - 14)], mix(lamp, WHITE, 0.2))  # fmt: skip
    sheet.light((x, foot - 26), 130, lamp, 0.45)
