"""Portraits: the same person in different poses, drawn as one look under one lamp."""

from collections.abc import Callable

from PIL import Image

from generation.demo.drawing import Sheet, radial
from generation.demo.faces import SHADE, draw_face
from generation.demo.hair import NIGHT, WHITE, draw_behind, draw_front
from generation.demo.looks import Head, Look, Pose
from generation.sandbox.drawing import mix

SIDE = 768
UNITS, ORIGIN = 920, (40, 14)
LAMPS = ((176, 270, 52), (258, 168, 30), (818, 246, 60), (858, 392, 34), (142, 462, 30), (742, 150, 24))


def portrait(look: Look, pose: Pose, seed: int) -> Image.Image:
    """One picture of a person, 768 pixels square."""
    ground = radial((SIDE, SIDE), mix(look.ground, WHITE, 0.12), mix(look.ground, NIGHT, 0.62))
    sheet = Sheet(ground, UNITS, ORIGIN)
    for x, y, radius in LAMPS:
        sheet.light((x, y), radius * 1.8, look.rim, 0.20)
        sheet.light((x, y), radius, look.rim, 0.16)
    head = Head(pose, look.width)
    draw_behind(sheet, head, look)
    _draw_neck(sheet, head, look)
    _WEAR[look.wear](sheet, head, look)
    draw_face(sheet, head, look)
    draw_front(sheet, head, look)
    return sheet.finished(seed)


def _draw_neck(sheet: Sheet, head: Head, look: Look) -> None:
    lean = head.pose.turn * 14
    form = [(436 + lean, 540), (564 + lean, 540), (566, 660), (600, 760), (500, 800), (400, 760), (434, 660)]
    sheet.shape(form, mix(look.skin, SHADE, 0.14))
    under = [(420 + lean, 560), (580 + lean, 560), (575, 668), (530, 700), (450, 660)]
    sheet.shade(under, mix(look.skin, SHADE, 0.62), blur=16, share=0.75, within=sheet.mask(form))


def _draw_torso(sheet: Sheet, look: Look) -> None:
    """Shoulders, lit from the left, with a thin rim of the ground's light on the right."""
    form = [(130, 1060), (148, 900), (212, 806), (330, 752), (424, 716), (500, 742), (576, 716), (670, 752)]
    form += [(788, 806), (852, 900), (870, 1060)]
    sheet.shape([(x + 4 * (x > 600), y - 4 * (x > 600)) for x, y in form], mix(look.clothes, look.rim, 0.55))
    sheet.shape(form, look.clothes)
    inside = sheet.mask(form)
    far = [(600, 690), (900, 760), (900, 1080), (520, 1080), (640, 900)]
    sheet.shade(far, mix(look.clothes, NIGHT, 0.6), blur=40, share=0.75, within=inside)
    lit = [(180, 880), (250, 800), (380, 760), (330, 840), (240, 960)]
    sheet.shade(lit, mix(look.clothes, (255, 220, 170), 0.5), blur=30, share=0.5, within=inside)
    chin = [(400, 690), (600, 690), (640, 770), (500, 850), (370, 770)]
    sheet.shade(chin, mix(look.clothes, NIGHT, 0.75), blur=24, share=0.6, within=inside)


def _draw_coat(sheet: Sheet, head: Head, look: Look) -> None:
    """An open coat over a shirt."""
    _draw_torso(sheet, look)
    sheet.polygon([(428, 712), (572, 712), (546, 820), (500, 960), (454, 820)], look.shirt)
    sheet.shape([(436, 690), (564, 690), (556, 742), (500, 806), (444, 742)], mix(look.skin, SHADE, 0.2))
    sheet.polygon([(428, 706), (500, 806), (462, 852), (412, 724)], mix(look.shirt, WHITE, 0.14))
    sheet.polygon([(572, 706), (500, 806), (538, 852), (588, 724)], mix(look.shirt, NIGHT, 0.18))
    left = [(402, 706), (356, 790), (372, 872), (340, 900), (470, 1010), (500, 960), (452, 850)]
    sheet.polygon(left, mix(look.clothes, (255, 220, 170), 0.14))
    sheet.polygon([(1000 - x, y) for x, y in left], mix(look.clothes, NIGHT, 0.26))


def _draw_jumper(sheet: Sheet, head: Head, look: Look) -> None:
    """A knitted jumper with a rolled neck."""
    _draw_torso(sheet, look)
    for x in range(190, 840, 46):
        sheet.line([(x, 1010), (x + (500 - x) * 0.1, 880)], mix(look.clothes, NIGHT, 0.24), 5)
    roll = [(404, 700), (420, 650), (500, 672), (580, 650), (596, 700), (580, 758), (500, 782), (420, 758)]
    sheet.shape(roll, look.clothes)
    inside = sheet.mask(roll)
    sheet.shade([(500, 640), (640, 640), (640, 800), (540, 800)], mix(look.clothes, NIGHT, 0.6), blur=24, share=0.7,
                within=inside)  # fmt: skip
    for x in range(424, 590, 19):
        sheet.line([(x, 676), (x + (500 - x) * 0.06, 752)], mix(look.clothes, NIGHT, 0.3), 3)


def _draw_raincoat(sheet: Sheet, head: Head, look: Look) -> None:
    """A raincoat with the hood down and a zip."""
    hood = [(300, 770), (318, 660), (400, 606), (500, 596), (600, 606), (682, 660), (700, 770), (500, 840)]
    sheet.shape(hood, mix(look.clothes, NIGHT, 0.42))
    _draw_neck(sheet, head, look)
    _draw_torso(sheet, look)
    sheet.shape([(440, 690), (560, 690), (548, 750), (500, 800), (452, 750)], mix(look.skin, SHADE, 0.24))
    left = [(424, 672), (380, 700), (372, 770), (440, 838), (500, 850), (500, 800), (448, 750)]
    sheet.shape(left, mix(look.clothes, (255, 240, 200), 0.2))
    sheet.shape([(1000 - x, y) for x, y in left], mix(look.clothes, NIGHT, 0.2))
    sheet.line([(500, 806), (500, 920), (500, 1010)], mix(look.clothes, NIGHT, 0.45), 9)
    for side in (-1, 1):
        sheet.line([(500 + side * 46, 800), (500 + side * 50, 850), (500 + side * 44, 906)], look.shirt, 7)


_WEAR: dict[str, Callable[[Sheet, Head, Look], None]] = {
    "coat": _draw_coat,
    "jumper": _draw_jumper,
    "raincoat": _draw_raincoat,
}
