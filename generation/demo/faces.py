"""The face: its outline, light and shade, eyes, nose and mouth."""

import math
import random

from generation.demo.drawing import Point, Sheet
from generation.demo.hair import NIGHT, WHITE, draw_beard
from generation.demo.looks import Head, Look
from generation.sandbox.drawing import mix

_CHEEK = [
    (0, -205),
    (84, -186),
    (140, -120),
    (153, -30),
    (148, 50),
    (124, 122),
    (72, 178),
    (26, 200),
    (0, 204),
]
FACE = [*_CHEEK, *((-x, y) for x, y in reversed(_CHEEK[1:-1]))]
EYE_GAP = 68
SHADE = (92, 30, 52)
LAMP = (255, 226, 178)
INK = (44, 24, 28)


def draw_face(sheet: Sheet, head: Head, look: Look) -> None:
    """Everything between the ears."""
    _ears(sheet, head, look)
    form = head.run(*FACE, depth=0.35)
    sheet.shape(form, look.skin)
    _model(sheet, head, look, form)
    if look.beard:
        draw_beard(sheet, head, look)
    _nose(sheet, head, look)
    _mouth(sheet, head, look)
    for side in (-1, 1):
        _eye(sheet, head, look, side)
        _brow(sheet, head, look, side)
    if look.freckles:
        _freckles(sheet, head, look)
    if look.glasses:
        _glasses(sheet, head)


def _model(sheet: Sheet, head: Head, look: Look, form: list[Point]) -> None:
    """Lamp light from the upper left, shade on the right and under the hair, colour in the cheeks."""
    inside, dark = sheet.mask(form), mix(look.skin, SHADE, 0.42)
    far = [(70, -230), (200, -200), (200, 230), (0, 230), (70, 160), (112, 60), (104, -60)]
    sheet.shade(head.run(*far, depth=0.35), dark, blur=30, share=0.72, within=inside)
    brim = [(-170, -230), (170, -230), (170, -70), (80, -88), (0, -96), (-80, -82), (-170, -60)]
    sheet.shade(head.run(*brim, depth=0.5), dark, blur=20, share=0.6, within=inside)
    lit = [(-120, -40), (-60, -84), (-20, -40), (-40, 60), (-90, 90), (-124, 40)]
    sheet.shade(head.run(*lit, depth=0.7), mix(look.skin, LAMP, 0.55), blur=26, share=0.55, within=inside)
    for side in (-1, 1):
        sheet.light(head.at(side * 84, 78), 58, mix(look.skin, (224, 70, 60), 0.55), 0.42)


def _ears(sheet: Sheet, head: Head, look: Look) -> None:
    for side in (-1, 1):
        if side * head.pose.turn > 0.3:
            continue  # turned away
        x, y = head.at(side * 154, 26, 0)
        sheet.oval((x, y), 26, 42, mix(look.skin, SHADE, 0.12 if side < 0 else 0.4))
        sheet.oval((x + side * 2, y + 2), 13, 25, mix(look.skin, SHADE, 0.38))
        if look.earring:
            sheet.oval((x + side * 4, y + 52), 11, 11, look.earring)


def _eye(sheet: Sheet, head: Head, look: Look, side: int) -> None:
    pose, wide = head.pose, 40 * (1 - 0.12 * head.pose.turn * side)
    x, y = head.at(side * EYE_GAP, 4)
    lid = [(x - wide, y + 4), (x - wide * 0.5, y - 15 * pose.lids), (x, y - 20 * pose.lids)]
    lid += [(x + wide * 0.5, y - 15 * pose.lids), (x + wide, y + 4)]
    if pose.lids < 0.3:
        smiling = [(x - wide, y + 8), (x - wide * 0.45, y - 9), (x + wide * 0.45, y - 9), (x + wide, y + 8)]
        sheet.line(smiling, INK, 8)
        return
    below = [(x + wide * 0.5, y + 17), (x, y + 20), (x - wide * 0.5, y + 17)]
    middle = (x + pose.gaze * 11 + pose.turn * 5, y - 1)
    sheet.inlay([*lid, *below], lambda eye: _eyeball(eye, middle, look))
    sheet.line(lid, INK, 7)
    outer = lid[-1] if side > 0 else lid[0]
    sheet.line([outer, (outer[0] + side * 9, outer[1] - 8)], INK, 5)
    crease = [(px + side * 2, py - 12) for px, py in lid[1:-1]]
    sheet.line(crease, mix(look.skin, SHADE, 0.5), 3)


def _eyeball(sheet: Sheet, middle: Point, look: Look) -> None:
    x, y = middle
    sheet.oval((x, y + 4), 70, 40, mix(WHITE, SHADE, 0.06))
    sheet.oval((x, y), 23, 24, mix(look.iris, NIGHT, 0.45))
    sheet.oval((x, y + 2), 19, 20, look.iris)
    sheet.oval((x, y + 1), 11, 11.5, NIGHT)
    sheet.oval((x - 7, y - 8), 5.5, 5.5, WHITE)


def _brow(sheet: Sheet, head: Head, look: Look, side: int) -> None:
    lift = -46 - 16 * head.pose.brow
    run = [(side * 28, lift + 1), (side * 60, lift - 7), (side * 92, lift - 2), (side * 114, lift + 12)]
    colour = mix(mix(look.hair, look.skin, 0.12), INK, 0.35)
    sheet.line(head.run(*run[:3]), colour, 12)
    sheet.line(head.run(*run[1:]), colour, 8)


def _nose(sheet: Sheet, head: Head, look: Look) -> None:
    dark = mix(look.skin, SHADE, 0.45)
    turn = 1 if head.pose.turn >= -0.1 else -1
    flank = [head.at(turn * 10, 10, 1.1), head.at(turn * 17, 60, 1.4), head.at(turn * 24, 92, 1.3)]
    sheet.shade([*flank, head.at(turn * 40, 96, 1.1), head.at(turn * 34, 40)], dark, blur=9, share=0.5)
    tip = [head.at(-25, 90, 1.3), head.at(-15, 103, 1.4), head.at(0, 107, 1.5), head.at(15, 103, 1.4)]
    sheet.line([*tip, head.at(25, 90, 1.3)], dark, 6)
    sheet.light(head.at(-6, 78, 1.5), 26, mix(look.skin, LAMP, 0.7), 0.5)


def _mouth(sheet: Sheet, head: Head, look: Look) -> None:
    pose = head.pose
    wide, lift = 50 + 12 * pose.smile, (18 - 8 * pose.laugh) * pose.smile
    corners = [(-wide, 142 - lift), (wide, 142 - lift)]
    middle = 150 - 4 * pose.laugh
    line = [corners[0], (-wide * 0.5, middle - 4), (0, middle), (wide * 0.5, middle - 4), corners[1]]
    if pose.laugh > 0.2:
        _open_mouth(sheet, head, look, line, 34 * pose.laugh + 10)
    else:
        lower = [(-wide * 0.6, 148), (0, 153), (wide * 0.6, 148), (wide * 0.3, 168), (0, 172)]
        sheet.shape(head.run(*lower, (-wide * 0.3, 168), depth=1.1), look.lips)
        upper = [(-wide * 0.8, 144 - lift * 0.7), (-16, 137), (0, 141), (16, 137)]
        sheet.shape(
            head.run(*upper, (wide * 0.8, 144 - lift * 0.7), (0, 152), depth=1.1), mix(look.lips, INK, 0.2)
        )
        sheet.line(head.run(*line, depth=1.1), mix(look.lips, INK, 0.7), 5)
    for side, (x, y) in zip((-1, 1), corners, strict=True):
        dimple = [(x, y - 4), (x + side * 7, y), (x + side * 4, y + 8)]
        sheet.line(head.run(*dimple, depth=1.1), mix(look.skin, SHADE, 0.5), 4)


def _open_mouth(sheet: Sheet, head: Head, look: Look, line: list[Point], depth: float) -> None:
    wide = line[-1][0]
    below = [(wide * 0.6, 150 + depth * 0.72), (0, 154 + depth), (-wide * 0.6, 150 + depth * 0.72)]
    form = head.run(*line, *below, depth=1.1)
    sheet.shape(
        head.run(*((x * 1.03, y + (6 if y > 150 else -2)) for x, y in [*line, *below]), depth=1.1), look.lips
    )

    def inner(mouth: Sheet) -> None:
        mouth.shape(form, (74, 20, 30))
        mouth.oval(head.at(0, 164 + depth, 1.1), wide * 0.5, depth * 0.55, (196, 88, 84))
        teeth = [(-wide, 110), (wide, 110), (wide, 146), (0, 152 + depth * 0.3), (-wide, 146)]
        mouth.shape(head.run(*teeth, depth=1.1), (252, 244, 232))

    sheet.inlay(form, inner)


def _freckles(sheet: Sheet, head: Head, look: Look) -> None:
    dice = random.Random(3)  # noqa: S311
    for place in range(26):
        x = (-1) ** place * dice.uniform(34, 116)
        spot = head.at(x, dice.uniform(44, 88))
        sheet.oval(spot, dice.uniform(1.6, 2.8), dice.uniform(1.6, 2.6), mix(look.skin, SHADE, 0.2))


def _glasses(sheet: Sheet, head: Head) -> None:
    frame = (58, 38, 34)
    for side in (-1, 1):
        x, y = head.at(side * EYE_GAP, 8, 1.1)
        wide = 56 * (1 - 0.1 * head.pose.turn * side)
        ring = [
            (x + wide * math.cos(step / 8 * math.tau), y + 50 * math.sin(step / 8 * math.tau))
            for step in range(9)
        ]
        sheet.line([*ring, ring[1]], frame, 7)
        sheet.line([(x + side * wide, y - 8), head.at(side * 152, 2, 0.2)], frame, 7)
        sheet.line([(x - 30, y - 24), (x - 12, y - 34)], mix(WHITE, LAMP, 0.3), 5)
    sheet.line(head.run((-13, 4), (0, -3), (13, 4), depth=1.3), frame, 7)
