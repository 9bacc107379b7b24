"""Drawings: what is kept, and that nothing else is."""

import json
import math
import re
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from generation.reviews.notes import drawings
from generation.reviews.notes.drawings import UnreadableDrawing
from library.decoder import drawing

PEN = {"tool": "pen", "color": "red", "width": 0.006, "points": [[0.1, 0.2], [0.15, 0.22]]}

part = st.floats(0, 1)
points = st.lists(st.tuples(part, part).map(list), min_size=2, max_size=2)
stroke = st.fixed_dictionaries(
    {
        "tool": st.sampled_from(["pen", "arrow", "box"]),
        "color": st.sampled_from(sorted(drawings.COLORS)),
        "width": st.floats(drawings.MIN_WIDTH, drawings.MAX_WIDTH),
        "points": points,
    }
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(stroke, max_size=5))
def test_what_is_drawn_is_kept_to_a_ten_thousandth(drawn: list[dict[str, Any]]) -> None:
    kept = drawings.read(json.dumps(drawn)) or []
    assert len(kept) == len(drawn)
    for old, new in zip(drawn, kept, strict=True):
        assert {name: new[name] for name in ("tool", "color")} == {
            name: old[name] for name in ("tool", "color")
        }
        for (x1, y1), (x2, y2) in zip(old["points"], new["points"], strict=True):
            assert max(abs(x1 - x2), abs(y1 - y2)) <= 0.00005
    assert drawings.checked(kept or None) == (kept or None)
    assert [one.told() for one in drawings.strokes_of(kept)] == kept


@given(anything)
def test_anything_else_is_refused_with_a_sentence(sent: Any) -> None:
    """Also numbers that JSON does not have, which databases refuse."""
    if sent == []:
        return
    with pytest.raises(UnreadableDrawing, match=r"\.$"):
        drawings.read(json.dumps(sent))


@given(st.text())
def test_any_text_is_a_drawing_or_refused(text: str) -> None:
    refused: list[str] = []
    try:
        assert drawings.read(text) is None
    except UnreadableDrawing as refusal:
        refused.append(str(refusal))
    assert all(told.endswith(".") for told in refused)


@given(st.sampled_from(sorted(PEN)), anything.filter(lambda value: not isinstance(value, float | list)))
def test_one_wrong_part_is_refused(name: str, value: Any) -> None:
    with pytest.raises(UnreadableDrawing, match=r"^Stroke 1 of the drawing"):
        drawings.checked([PEN | {name: value}])


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ([PEN | {"points": [[0.5, 1.2]]}], "Stroke 1 of the drawing is wrong at points.0.1"),
        ([PEN | {"points": [[math.nan, 0]]}], "Stroke 1 of the drawing is wrong at points.0.0"),
        ([PEN | {"points": []}], "Stroke 1 of the drawing is wrong at points"),
        (
            [PEN, PEN | {"tool": "box", "points": [[0, 0]]}],
            "Stroke 2 of the drawing is a box without its two ends",
        ),
        ([PEN | {"tool": "arrow", "points": [[0, 0]] * 3}], "an arrow without its two ends"),
        ([PEN | {"name": "x"}], "wrong at name"),
        ([PEN] * 201, "more than 200 strokes"),
        ([PEN | {"points": [[0.5, 0.5]] * 30}] * 170, "more than 5000 points"),
        ({"strokes": [PEN]}, "cannot be read"),
    ],
)
def test_faults_are_told_with_their_place(sent: Any, told: str) -> None:
    with pytest.raises(UnreadableDrawing, match=told):
        drawings.read(json.dumps(sent))


def test_nothing_drawn_is_no_drawing() -> None:
    assert [drawings.read(text) for text in ("", "  ", "[]")] == [None] * 3
    assert drawings.checked(None) is None


def test_a_large_text_is_not_even_parsed() -> None:
    with pytest.raises(UnreadableDrawing, match="larger than 200 KB"):
        drawings.read("[" * 200_001)
    with pytest.raises(UnreadableDrawing, match="cannot be read"):
        drawings.read("[" * 150_000)


def test_screens_draw_what_stills_burn_in() -> None:
    """The same colours and the same heads of arrows."""
    css = (settings.BASE_DIR / "static/css/drawing.css").read_text()
    script = (settings.BASE_DIR / "static/js/strokes.js").read_text()
    assert dict(re.findall(r"\.stroke-(\w+) \{\s+stroke: (#\w+);", css)) == drawings.COLORS
    assert f"HEAD_LENGTH = {drawing.HEAD_LENGTH};" in script
    assert f"HEAD_ANGLE = ({math.degrees(drawing.HEAD_ANGLE):g} * Math.PI) / 180;" in script
