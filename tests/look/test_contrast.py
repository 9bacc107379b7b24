"""Every pair of colours that stands on a page passes WCAG 2.2 AA in both themes."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.BASE_DIR, "static/css/tokens.css").read_text(encoding="utf-8")
COLOURS = {
    name: {"light": light, "dark": dark}
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS)
}
SURFACES = ["ground", "panel", "raise", "sink"]
MEANINGS = ["amber", "ok", "bad", "info", "held"]
TEXT = [
    *product(["ink-0", "ink-1", "ink-2", *MEANINGS], SURFACES),
    *((meaning, f"{meaning}-soft") for meaning in MEANINGS),
    *(("ink-0", f"{meaning}-soft") for meaning in MEANINGS),
    ("amber-on", "amber"),
    ("amber-on", "amber-strong"),
]
EDGES = [*product(["edge", "amber", "info"], SURFACES)]


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """1 to 21."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_contrast_knows_its_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "surface"), TEXT)
def test_text_can_be_read(ink: str, surface: str, theme: str) -> None:
    assert contrast(COLOURS[ink][theme], COLOURS[surface][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "surface"), EDGES)
def test_controls_stand_out(edge: str, surface: str, theme: str) -> None:
    assert contrast(COLOURS[edge][theme], COLOURS[surface][theme]) >= 3
