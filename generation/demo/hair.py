"""Hair, beards and caps, behind and in front of the face."""

import math
import random

from generation.demo.drawing import Sheet
from generation.demo.looks import Head, Look
from generation.sandbox.drawing import mix

WHITE = (255, 250, 240)
NIGHT = (18, 14, 22)


def draw_behind(sheet: Sheet, head: Head, look: Look) -> None:
    """What lies behind neck and face."""
    dark = mix(look.hair, NIGHT, 0.35)
    if look.style == "bob":
        outline = [(0, -238), (120, -215), (186, -110), (196, 30), (190, 150), (150, 212), (60, 190)]
        sheet.shape(head.run(*outline, *((-x, y) for x, y in reversed(outline[1:])), depth=-0.3), dark)
    elif look.style == "bun":
        sheet.oval(head.at(0, -240, -0.6), 92, 84, dark)
        sheet.oval(head.at(-8, -250, -0.6), 78, 66, look.hair)
    elif look.style == "curls":
        _curls(sheet, head, look, behind=True)


def draw_front(sheet: Sheet, head: Head, look: Look) -> None:
    """What frames the face."""
    if look.style == "bob":
        _bob(sheet, head, look)
    elif look.style == "bun":
        _parted(sheet, head, look)
    elif look.style == "curls":
        _curls(sheet, head, look, behind=False)
    else:
        _short(sheet, head, look)
    if look.cap:
        _cap(sheet, head, look)


def draw_beard(sheet: Sheet, head: Head, look: Look) -> None:
    """A full beard around where the mouth will be."""
    outer = [(-153, 10), (-146, 90), (-108, 176), (-50, 212), (0, 220)]
    outer += [(-x, y) for x, y in reversed(outer[:-1])]
    inner = [(122, 56), (84, 92), (40, 114), (0, 120), (-40, 114), (-84, 92), (-122, 56)]
    form = [*head.run(*outer, depth=0.35), *head.run(*inner, depth=0.9)]
    sheet.shape(form, look.hair)
    lit = head.run((-118, 90), (-70, 150), (-20, 176), (-40, 200), (-96, 165), depth=0.5)
    sheet.shade(lit, mix(look.hair, WHITE, 0.35), blur=16, share=0.5, within=sheet.mask(form))


def _bob(sheet: Sheet, head: Head, look: Look) -> None:
    crown = [(-182, 120), (-192, 0), (-172, -130), (-100, -222), (10, -244), (112, -218), (178, -126)]
    crown += [(194, 0), (184, 120), (152, 166), (142, 60), (132, -30), (112, -86)]
    fringe = [(60, -74), (10, -92), (-46, -66), (-104, -56), (-130, -24), (-140, 60), (-150, 166)]
    form = [*head.run(*crown, depth=0.1), *head.run(*fringe, depth=0.55)]
    sheet.shape(form, look.hair)
    _sheen(sheet, head, look, form)


def _parted(sheet: Sheet, head: Head, look: Look) -> None:
    outer = [(-160, 66), (-172, -40), (-150, -150), (-80, -214), (10, -226), (92, -208), (154, -146)]
    outer += [(174, -40), (160, 66)]
    inner = [(140, -10), (120, -76), (60, -128), (-20, -150), (-70, -112), (-124, -66), (-142, -8)]
    form = [*head.run(*outer, depth=0.1), *head.run(*inner, depth=0.5)]
    sheet.shape(form, look.hair)
    _sheen(sheet, head, look, form)


def _short(sheet: Sheet, head: Head, look: Look) -> None:
    outer = [(-158, 20), (-166, -80), (-136, -176), (-60, -226), (30, -232), (116, -198), (160, -110)]
    outer += [(160, 20)]
    inner = [(140, -30), (128, -92), (70, -120), (0, -112), (-70, -122), (-128, -92), (-142, -30)]
    form = [*head.run(*outer, depth=0.1), *head.run(*inner, depth=0.5)]
    sheet.shape(form, look.hair)
    _sheen(sheet, head, look, form)


def _curls(sheet: Sheet, head: Head, look: Look, *, behind: bool) -> None:
    """A cloud of locks; the nearer row leaves the face free."""
    dice = random.Random(7 if behind else 11)  # noqa: S311
    count, tone = (30, mix(look.hair, NIGHT, 0.35)) if behind else (26, look.hair)
    for place in range(count):
        angle = math.radians((205 if behind else 172) * (place / (count - 1) - 0.5))
        reach = dice.uniform(150, 222) if behind else dice.uniform(150, 204)
        x, y = math.sin(angle) * reach, -40 - math.cos(angle) * reach * 0.92
        lock = mix(tone, WHITE, max(0.0, dice.uniform(-0.05, 0.13) - (x > 0) * 0.06))
        sheet.oval(head.at(x, y, -0.2 if behind else 0.2), dice.uniform(44, 60), dice.uniform(42, 56), lock)
    if not behind:
        for x, y in ((-116, -112), (-70, -138), (-18, -146), (36, -142), (86, -126), (122, -100)):
            sheet.oval(head.at(x, y, 0.4), 40, 36, mix(look.hair, WHITE, dice.uniform(0, 0.09)))


def _cap(sheet: Sheet, head: Head, look: Look) -> None:
    colour = look.cap or look.hair
    dome = [(-176, -84), (-176, -150), (-130, -226), (0, -262), (130, -226), (176, -150), (176, -84)]
    form = head.run(*dome, (90, -110), (0, -118), (-90, -110), depth=0.15)
    sheet.shape(form, colour)
    inside = sheet.mask(form)
    sheet.shade(
        head.run((-150, -120), (-90, -220), (10, -236), (-60, -150), depth=0.2),
        mix(colour, WHITE, 0.4), blur=22, share=0.55, within=inside,
    )  # fmt: skip
    for x in (-120, -60, 0, 60, 120):
        rib = [head.at(x * 0.9, -236 + abs(x) * 0.25, 0.15), head.at(x * 1.12, -120, 0.3)]
        sheet.line(rib, mix(colour, NIGHT, 0.16), 5)
    band = [(-180, -72), (-100, -96), (0, -106), (100, -96), (180, -72), (178, -128), (100, -150), (0, -158)]
    sheet.shape(head.run(*band, (-100, -150), (-178, -128), depth=0.3), mix(colour, NIGHT, 0.22))


def _sheen(sheet: Sheet, head: Head, look: Look, form: list[tuple[float, float]]) -> None:
    """Lamp light on the upper left of the hair, shade on the right."""
    inside = sheet.mask(form)
    lit = head.run((-140, -60), (-120, -160), (-30, -214), (20, -196), (-60, -150), (-100, -70), depth=0.2)
    sheet.shade(lit, mix(look.hair, (255, 214, 160), 0.55), blur=18, share=0.5, within=inside)
    far = head.run((90, -240), (210, -160), (220, 180), (150, 180), (140, -60), depth=0.1)
    sheet.shade(far, mix(look.hair, NIGHT, 0.6), blur=24, share=0.7, within=inside)
