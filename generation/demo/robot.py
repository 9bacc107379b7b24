"""R-7, the market's robot: a round metal head with lamps for eyes, in the poses of people."""

from PIL import Image

from generation.demo.drawing import Point, Sheet, radial
from generation.demo.hair import NIGHT, WHITE
from generation.demo.looks import Head, Pose, colours
from generation.demo.portraits import LAMPS, ORIGIN, SIDE, UNITS
from generation.sandbox.drawing import Colour, mix

METAL, PANEL, VISOR, LAMP, GROUND, GLOW, BODY = colours(
    "#9fb8bf #7d98a1 #16232c #8ff0e4 #3b4a66 #7fe3ff #b4653f"
)
SHELL: list[Point] = [(0, -206), (96, -196), (158, -136), (172, -20), (160, 92), (112, 158), (0, 174)]
SCREEN: list[Point] = [(0, -66), (88, -62), (126, -20), (120, 50), (82, 84), (0, 90)]


def robot(pose: Pose, seed: int) -> Image.Image:
    """One picture of it, 768 pixels square."""
    ground = radial((SIDE, SIDE), mix(GROUND, WHITE, 0.14), mix(GROUND, NIGHT, 0.62))
    sheet, head = Sheet(ground, UNITS, ORIGIN), Head(pose)
    for x, y, radius in LAMPS:
        sheet.light((x, y), radius * 1.8, GLOW, 0.3)
    _draw_body(sheet)
    _draw_shell(sheet, head)
    _draw_screen(sheet, head)
    return sheet.finished(seed)


def _mirrored(half: list[Point]) -> list[Point]:
    return [*half, *((-x, y) for x, y in reversed(half[1:-1]))]


def _draw_body(sheet: Sheet) -> None:
    for row in range(5):
        y = 622 + row * 26
        sheet.shape([(436, y), (500, y + 8), (564, y), (566, y + 20), (500, y + 30), (434, y + 20)],
                    mix(PANEL, NIGHT, 0.25 + 0.1 * (row % 2)))  # fmt: skip
    form = [(150, 1060), (164, 880), (236, 776), (400, 738), (600, 738), (764, 776), (836, 880), (850, 1060)]
    sheet.shape([(x + 5 * (x > 600), y - 3) for x, y in form], mix(BODY, GLOW, 0.6))
    sheet.shape(form, BODY)
    inside = sheet.mask(form)
    sheet.shade([(600, 700), (900, 780), (900, 1080), (540, 1080)], mix(BODY, NIGHT, 0.6), blur=40, share=0.8,
                within=inside)  # fmt: skip
    sheet.shade([(200, 880), (270, 800), (400, 760), (320, 900)], mix(BODY, WHITE, 0.5), blur=28, share=0.5,
                within=inside)  # fmt: skip
    sheet.oval((500, 868), 46, 46, mix(BODY, NIGHT, 0.55))
    sheet.oval((500, 868), 34, 34, mix(LAMP, WHITE, 0.2))
    sheet.light((500, 868), 120, LAMP, 0.5)
    for x in (258, 330, 670, 742):
        sheet.oval((x, 846), 9, 9, mix(BODY, NIGHT, 0.45))


def _draw_shell(sheet: Sheet, head: Head) -> None:
    mast = [head.at(70, -190, 0.1), head.at(82, -250, 0), head.at(78, -282, 0)]
    sheet.line(mast, mix(PANEL, NIGHT, 0.3), 9)
    sheet.light(mast[-1], 70, GLOW, 0.7)
    sheet.oval(mast[-1], 15, 15, mix(GLOW, WHITE, 0.5))
    for side in (-1, 1):
        x, y = head.at(side * 172, 4, 0)
        sheet.oval((x, y), 26, 52, mix(PANEL, NIGHT, 0.2 if side < 0 else 0.5))
    form = head.run(*_mirrored(SHELL), depth=0.2)
    sheet.shape(form, METAL)
    inside = sheet.mask(form)
    far = head.run((60, -230), (220, -200), (220, 220), (0, 220), (100, 120), (120, -60), depth=0.2)
    sheet.shade(far, mix(METAL, (30, 44, 70), 0.75), blur=34, share=0.85, within=inside)
    lit = head.run((-140, -60), (-120, -140), (-40, -184), (10, -176), (-70, -120), (-110, -40), depth=0.3)
    sheet.shade(lit, mix(METAL, (255, 236, 200), 0.8), blur=18, share=0.8, within=inside)
    sheet.line(head.run((-166, -96), (0, -116), (166, -96), depth=0.4), mix(METAL, NIGHT, 0.35), 4)
    for x in (-110, 110):
        sheet.oval(head.at(x, 118, 0.7), 8, 8, mix(METAL, NIGHT, 0.4))
    for x in (-24, 0, 24):
        sheet.line(head.run((x, 122), (x, 148), depth=1), mix(METAL, NIGHT, 0.5), 7)


def _draw_screen(sheet: Sheet, head: Head) -> None:
    pose, form = head.pose, head.run(*_mirrored(SCREEN), depth=1.0)
    sheet.shape(
        head.run(*((x * 1.08, y * 1.1) for x, y in _mirrored(SCREEN)), depth=1.0), mix(PANEL, NIGHT, 0.3)
    )
    sheet.shape(form, VISOR)
    sheet.shade(head.run((-110, 0), (-90, -50), (0, -60), (60, -56), (-40, -10), depth=1), (70, 104, 122), blur=12,
                share=0.6, within=sheet.mask(form))  # fmt: skip
    for side in (-1, 1):
        x, y = head.at(side * 52 + pose.gaze * 12, 0, 1.15)
        sheet.light((x, y), 74, LAMP, 0.55)
        _draw_eye(sheet, (x, y), pose)
    wide, low = 34 + 12 * pose.smile, 54
    smile = head.run((-wide, low - 12 * pose.smile), (0, low), (wide, low - 12 * pose.smile), depth=1.15)
    sheet.line(smile, mix(LAMP, WHITE, 0.15), 6 + 5 * pose.laugh)


def _draw_eye(sheet: Sheet, middle: Point, pose: Pose) -> None:
    x, y = middle
    colour: Colour = mix(LAMP, WHITE, 0.3)
    if pose.lids < 0.3:
        sheet.line([(x - 26, y + 10), (x, y - 12), (x + 26, y + 10)], colour, 11)
        return
    sheet.oval((x, y), 24, 27 * pose.lids, colour)
    sheet.oval((x - 7, y - 9), 7, 7, WHITE)
