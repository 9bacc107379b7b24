"""Drawings: what is kept, and that nothing else is."""

import json
import math
import re
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from generation.reviews.notes import drawings
from generation.reviews.notes.drawing_errors import message_of
from generation.reviews.notes.drawings import DrawingError, InvalidDrawing
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
    kept = drawings.parse(json.dumps(drawn)) or []
    assert len(kept) == len(drawn)
    for old, new in zip(drawn, kept, strict=True):
        assert {name: new[name] for name in ("tool", "color")} == {
            name: old[name] for name in ("tool", "color")
        }
        for (x1, y1), (x2, y2) in zip(old["points"], new["points"], strict=True):
            assert max(abs(x1 - x2), abs(y1 - y2)) <= 0.00005
    assert drawings.validate(kept or None) == (kept or None)
    assert [one.as_json() for one in drawings.load_strokes(kept)] == kept


@given(anything)
def test_other_data_is_refused(sent: Any) -> None:
    """Also numbers that JSON does not have, which databases refuse."""
    if sent == []:
        return
    with pytest.raises(InvalidDrawing):
        drawings.parse(json.dumps(sent))


@given(st.text())
def test_any_text_is_a_drawing_or_refused(text: str) -> None:
    with suppress(InvalidDrawing):
        assert drawings.parse(text) is None


@given(st.sampled_from(sorted(PEN)), anything.filter(lambda value: not isinstance(value, float | list)))
def test_one_wrong_field_is_refused(name: str, value: Any) -> None:
    with pytest.raises(InvalidDrawing) as error:
        drawings.validate([PEN | {name: value}])
    assert error.value.stroke == 1


@pytest.mark.parametrize(
    ("sent", "code", "stroke", "field"),
    [
        ([PEN | {"points": [[0.5, 1.2]]}], DrawingError.INVALID_STROKE, 1, "points.0.1"),
        ([PEN | {"points": [[math.nan, 0]]}], DrawingError.INVALID_STROKE, 1, "points.0.0"),
        ([PEN | {"points": []}], DrawingError.INVALID_STROKE, 1, "points"),
        ([PEN, PEN | {"tool": "box", "points": [[0, 0]]}], DrawingError.ENDS_MISSING, 2, ""),
        ([PEN | {"tool": "arrow", "points": [[0, 0]] * 3}], DrawingError.ENDS_MISSING, 1, ""),
        ([PEN | {"name": "x"}], DrawingError.INVALID_STROKE, 1, "name"),
        ([PEN] * 201, DrawingError.TOO_MANY_STROKES, 0, ""),
        ([PEN | {"points": [[0.5, 0.5]] * 30}] * 170, DrawingError.TOO_MANY_POINTS, 0, ""),
        ({"strokes": [PEN]}, DrawingError.UNREADABLE, 0, ""),
    ],
)
def test_errors_name_the_stroke_and_the_field(sent: Any, code: DrawingError, stroke: int, field: str) -> None:
    with pytest.raises(InvalidDrawing) as error:
        drawings.parse(json.dumps(sent))
    assert (error.value.code, error.value.stroke, error.value.field) == (code, stroke, field)


@pytest.mark.parametrize("code", DrawingError)
def test_each_error_has_a_message(code: DrawingError) -> None:
    assert message_of(InvalidDrawing(code, stroke=1, field="width"))


def test_nothing_drawn_is_no_drawing() -> None:
    assert [drawings.parse(text) for text in ("", "  ", "[]")] == [None] * 3
    assert drawings.validate(None) is None


def test_a_large_text_is_not_even_parsed() -> None:
    for size, code in [(200_001, DrawingError.TOO_LARGE), (150_000, DrawingError.UNREADABLE)]:
        with pytest.raises(InvalidDrawing) as error:
            drawings.parse("[" * size)
        assert error.value.code == code


def test_screens_draw_what_stills_burn_in() -> None:
    """The same colours and the same heads of arrows."""
    css = (settings.BASE_DIR / "static/css/drawing.css").read_text()
    script = (settings.BASE_DIR / "static/js/strokes.js").read_text()
    assert dict(re.findall(r"\.stroke-(\w+) \{\s+stroke: (#\w+);", css)) == drawings.COLORS
    assert f"HEAD_LENGTH = {drawing.HEAD_LENGTH};" in script
    assert f"HEAD_ANGLE = ({math.degrees(drawing.HEAD_ANGLE):g} * Math.PI) / 180;" in script
