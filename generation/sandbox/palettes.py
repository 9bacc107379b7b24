"""Choose scene and colours for a prompt."""

import random
import re
from dataclasses import dataclass

from generation.sandbox.drawing import Colour, paint


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a time of day: sky from zenith to horizon, sun or moon, ground from far to near, lights."""

    name: str
    sky: tuple[Colour, ...]
    orb: Colour
    ground: tuple[Colour, ...]
    lights: tuple[Colour, ...]
    stars: bool


def _palette(name: str, sky: str, orb: str, ground: str, lights: str, *, stars: bool = False) -> Palette:
    def read(text: str) -> tuple[Colour, ...]:
        return tuple(paint(colour) for colour in text.split())

    return Palette(name, read(sky), paint(orb), read(ground), read(lights), stars)


PALETTES = {
    palette.name: palette
    for palette in (
        _palette("dusk", "#1c2250 #3d2f5a #7d4b5e #c2705a #f0a868", "#ffd592",
                 "#4a3a58 #35294a #231c33 #14101d", "#ffcf87 #ffb46b #fff0d0"),
        _palette("neon", "#070a1e #170d33 #35113f #6a1c4c", "#f08a78",
                 "#2a1440 #1c0e31 #120a22 #0a0614", "#ff9ad5 #7fe3ff #ffd27a #c9a2ff", stars=True),
        _palette("night", "#050a1c #0a1830 #12304a #2b5568", "#f4f0e4",
                 "#173248 #102538 #0a1928 #050d17", "#ffd98e #9fd8ff #fff3cf", stars=True),
        _palette("desert", "#f3b076 #f9c788 #fdd9a0 #fce6c0", "#fff6e2",
                 "#d28a5c #b4653f #874831 #532d1f", "#fff3d0 #ffe0a6"),
        _palette("snow", "#6d92c4 #90b2da #b9d3ea #e6eef4", "#fffdf4",
                 "#b4c6da #94a8bf #6d8098 #46566b", "#ffffff #f2f7ff #dfeaf8"),
        _palette("dawn", "#3f3b66 #6d567c #a67688 #e0a68f #f7d3a8", "#fff0cf",
                 "#6a5578 #4c3f61 #342c48 #1f1a2c", "#ffe2ae #ffc79a #bfe3ff"),
        _palette("forest", "#16343c #2a5654 #5f8a74 #b9c493 #f1dfa4", "#fff2c2",
                 "#3d6a5e #28504a #173733 #0b201f", "#ffe9a0 #e6ffb8 #fff7d6"),
    )
}  # fmt: skip

_HINTS: tuple[tuple[str, str, str], ...] = (
    (r"neon|cyber\w*|club|arcade", "city", "neon"),
    (
        r"harbou?r|sea|ocean|ferry|beach|boats?|ships?|water|lakes?|river|waves?|coast|island",
        "sea",
        "dusk",
    ),
    (r"snow\w*|ice|icy|winter|arctic|glacier|frost\w*", "hills", "snow"),
    (r"desert|dunes?|sand\w*|canyon|savannah?", "hills", "desert"),
    (r"forest|trees?|woods?|jungle|garden|meadow|grass", "hills", "forest"),
    (
        r"city|streets?|roofs?|rooftops?|towns?|buildings?|skyline|alley|market|traffic|lamps?",
        "city",
        "dusk",
    ),
    (r"dawn|sunrise|morning", "hills", "dawn"),
    (r"night|moon\w*|stars?|midnight", "hills", "night"),
)
_HOURS = (
    (r"night|midnight|moon\w*", "night"),
    (r"dawn|sunrise|morning", "dawn"),
    (r"dusk|sunset|evening", "dusk"),
)


def choose(prompt: str) -> tuple[str, Palette]:
    """Return the kind of scene (`hills`, `city`, `sea`) and its palette: by words of the prompt, else at random."""
    kind, name = _guess(prompt)
    hour = next((hour for words, hour in _HOURS if _mentions(prompt, words)), None)
    return kind, PALETTES[hour if hour and name in {"dusk", "night", "dawn"} else name]


def _guess(prompt: str) -> tuple[str, str]:
    for words, kind, name in _HINTS:
        if _mentions(prompt, words):
            return kind, name
    dice = random.Random(prompt)  # noqa: S311
    return dice.choice(("hills", "sea", "city")), dice.choice(("dusk", "night", "dawn"))


def _mentions(prompt: str, words: str) -> bool:
    return re.search(rf"(?<![a-z])(?:{words})(?![a-z])", prompt.lower().replace("_", " ")) is not None
