"""PURE: drawings on a frame, as strokes in fractions of the frame's width and height.

A drawing is a list of strokes such as
`{"tool": "pen", "color": "red", "width": 0.006, "points": [[0.1, 0.2], [0.15, 0.22]]}`. The width is a fraction of the
frame's height. An arrow goes from its first point to its second; the two points of a box are opposite corners.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Tool = Literal["pen", "arrow", "box"]
Color = Literal["amber", "red", "green", "blue", "white", "black"]

# The colours on screen and in stills, visible on bright and dark frames.
COLORS: dict[str, str] = {
    "amber": "#f2ae49",
    "red": "#ff4b3e",
    "green": "#4fd07a",
    "blue": "#4ea3ff",
    "white": "#ffffff",
    "black": "#101010",
}
MAX_STROKES, MAX_POINTS, MAX_BYTES = 200, 5000, 200_000
MIN_WIDTH, MAX_WIDTH = 0.001, 0.05
# One ten-thousandth of the width is less than half a pixel of the largest screens.
_DIGITS = 4


class DrawingError(StrEnum):
    """Why a drawing is invalid. `drawing_errors` has the texts."""

    TOO_LARGE = "too_large"
    TOO_MANY_POINTS = "too_many_points"
    TOO_MANY_STROKES = "too_many_strokes"
    ENDS_MISSING = "ends_missing"
    INVALID_STROKE = "invalid_stroke"
    UNREADABLE = "unreadable"


class InvalidDrawing(ValueError):
    """The data is not a drawing. `stroke` counts from 1; 0 is the drawing as a whole."""

    def __init__(self, code: DrawingError, *, stroke: int = 0, field: str = "") -> None:
        super().__init__(f"Invalid drawing: {code}, stroke {stroke} {field}")
        self.code, self.stroke, self.field = code, stroke, field


def _rounded(value: float) -> float:
    return round(value, _DIGITS)


Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True), AfterValidator(_rounded)]


class Stroke(BaseModel):
    """One line, arrow or box."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tool: Tool
    color: Color
    width: Annotated[
        float,
        Field(ge=MIN_WIDTH, le=MAX_WIDTH, allow_inf_nan=False, strict=True),
        AfterValidator(_rounded),
    ]
    points: Annotated[list[tuple[Fraction, Fraction]], Field(min_length=1, max_length=MAX_POINTS)]

    def as_json(self) -> dict[str, Any]:
        """Return the stroke as it is stored."""
        return {**self.model_dump(), "points": [list(point) for point in self.points]}


_DRAWING = TypeAdapter(Annotated[list[Stroke], Field(max_length=MAX_STROKES)])


def parse(text: str) -> list[dict[str, Any]] | None:
    """Return the strokes of a JSON text as they are stored; None for an empty drawing. Raise InvalidDrawing."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise InvalidDrawing(DrawingError.TOO_LARGE)
    if not text.strip():
        return None
    try:
        return _stored(_DRAWING.validate_json(text))
    except ValidationError as error:
        raise _invalid(error) from error


def validate(drawing: Any) -> list[dict[str, Any]] | None:
    """Return a list of strokes as it is stored; None for an empty drawing. Raise InvalidDrawing."""
    if drawing is None:
        return None
    try:
        return _stored(_DRAWING.validate_python(drawing))
    except ValidationError as error:
        raise _invalid(error) from error


def load_strokes(drawing: Any) -> list[Stroke]:
    """Return the strokes of a stored drawing, which was validated before."""
    return _DRAWING.validate_python(drawing or [])


def _stored(strokes: list[Stroke]) -> list[dict[str, Any]] | None:
    for number, stroke in enumerate(strokes, 1):
        if stroke.tool != "pen" and len(stroke.points) != 2:
            raise InvalidDrawing(DrawingError.ENDS_MISSING, stroke=number)
    if sum(len(stroke.points) for stroke in strokes) > MAX_POINTS:
        raise InvalidDrawing(DrawingError.TOO_MANY_POINTS)
    return [stroke.as_json() for stroke in strokes] or None


def _invalid(error: ValidationError) -> InvalidDrawing:
    """Return the first error with its stroke and field."""
    first = error.errors(include_url=False, include_input=False)[0]
    location = first["loc"]
    if first["type"] == "too_long" and not location:
        return InvalidDrawing(DrawingError.TOO_MANY_STROKES)
    if not location or not isinstance(location[0], int):
        return InvalidDrawing(DrawingError.UNREADABLE)
    field = ".".join(str(part) for part in location[1:])
    return InvalidDrawing(DrawingError.INVALID_STROKE, stroke=location[0] + 1, field=field)
