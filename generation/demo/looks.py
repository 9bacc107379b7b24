"""What people look like, how they hold themselves, and where a point of the head lies when it turns."""

import math
from dataclasses import dataclass
from typing import Literal

from generation.demo.drawing import Point
from generation.sandbox.drawing import Colour, paint

TURN_SHIFT = 56
FORESHORTENING = 0.2


@dataclass(frozen=True)
class Look:
    """What stays the same in every picture of a person."""

    skin: Colour
    hair: Colour
    iris: Colour
    clothes: Colour
    shirt: Colour
    lips: Colour
    ground: Colour
    rim: Colour
    style: Literal["bob", "short", "bun", "curls"] = "short"
    wear: Literal["coat", "jumper", "raincoat"] = "coat"
    width: float = 1.0
    beard: bool = False
    glasses: bool = False
    cap: Colour | None = None
    freckles: bool = False
    earring: Colour | None = None


@dataclass(frozen=True)
class Pose:
    """How a person holds the head: `turn` -1 (to the left) to 1, `tilt` in degrees; the rest 0 to 1."""

    turn: float = 0.0
    tilt: float = 0.0
    smile: float = 0.5
    laugh: float = 0.0
    lids: float = 1.0
    brow: float = 0.0
    gaze: float = 0.0


@dataclass(frozen=True)
class Head:
    """Places on a turned and tilted head. Zero is between the eyes, the chin about 190 below."""

    pose: Pose
    width: float = 1.0
    middle: Point = (500.0, 446.0)

    def at(self, x: float, y: float, depth: float = 1.0) -> Point:
        """A point of the head on the sheet; `depth` 0 is the outline, 1 the face, 1.5 the tip of the nose."""
        side = math.copysign(1, x) if x else 0
        near = x * self.width * (1 - FORESHORTENING * self.pose.turn * side * min(depth, 1))
        across = near + self.pose.turn * TURN_SHIFT * depth
        angle = math.radians(self.pose.tilt)
        # The head tilts around the neck.
        down = y - 190
        turned_x = across * math.cos(angle) - down * math.sin(angle)
        turned_y = across * math.sin(angle) + down * math.cos(angle)
        return self.middle[0] + turned_x, self.middle[1] + 190 + turned_y

    def run(self, *points: Point, depth: float = 1.0) -> list[Point]:
        """Several points at one depth."""
        return [self.at(x, y, depth) for x, y in points]


def colours(text: str) -> tuple[Colour, ...]:
    """Colours from `#rrggbb #rrggbb`."""
    return tuple(paint(colour) for colour in text.split())
