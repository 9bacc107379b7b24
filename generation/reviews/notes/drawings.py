"""PURE: what was drawn on a frame, as strokes whose places are parts of the picture's width and height.

A drawing is a list of strokes such as
`{"tool": "pen", "color": "red", "width": 0.006, "points": [[0.1, 0.2], [0.15, 0.22]]}`. The width is a part of the
picture's height. An arrow goes from its first point to its second, a box has two points as opposite corners.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Tool = Literal["pen", "arrow", "box"]
Color = Literal["amber", "red", "green", "blue", "white", "black"]

# As they are drawn on screens and burnt into stills, on pictures of any brightness.
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
# A ten-thousandth of the width is less than half a pixel of the largest screens.
_DIGITS = 4


class UnreadableDrawing(ValueError):
    """What was sent is no drawing; the message is a sentence for people."""


def _rounded(value: float) -> float:
    return round(value, _DIGITS)


Part = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True), AfterValidator(_rounded)]


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
    points: Annotated[list[tuple[Part, Part]], Field(min_length=1, max_length=MAX_POINTS)]

    def told(self) -> dict[str, Any]:
        """As it is kept."""
        return {**self.model_dump(), "points": [list(point) for point in self.points]}


_DRAWING = TypeAdapter(Annotated[list[Stroke], Field(max_length=MAX_STROKES)])


def read(text: str) -> list[dict[str, Any]] | None:
    """The strokes of a form's or a program's JSON as they are kept; None when nothing is drawn.

    Raises UnreadableDrawing.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise UnreadableDrawing(
            f"The drawing is larger than {MAX_BYTES // 1000} KB. Take some of its lines away."
        )
    if not text.strip():
        return None
    try:
        return _kept(_DRAWING.validate_json(text))
    except ValidationError as error:
        raise UnreadableDrawing(_sentence(error)) from error


def checked(drawing: Any) -> list[dict[str, Any]] | None:
    """The same for a drawing that is a list of strokes already."""
    if drawing is None:
        return None
    try:
        return _kept(_DRAWING.validate_python(drawing))
    except ValidationError as error:
        raise UnreadableDrawing(_sentence(error)) from error


def strokes_of(drawing: Any) -> list[Stroke]:
    """The strokes of a drawing that was checked when it was kept."""
    return _DRAWING.validate_python(drawing or [])


def _kept(strokes: list[Stroke]) -> list[dict[str, Any]] | None:
    for number, stroke in enumerate(strokes, 1):
        if stroke.tool != "pen" and len(stroke.points) != 2:
            raise UnreadableDrawing(
                f"Stroke {number} of the drawing is {_named(stroke)} without its two ends."
            )
    if sum(len(stroke.points) for stroke in strokes) > MAX_POINTS:
        raise UnreadableDrawing(
            f"The drawing has more than {MAX_POINTS} points. Take some of its lines away."
        )
    return [stroke.told() for stroke in strokes] or None


def _named(stroke: Stroke) -> str:
    return "an arrow" if stroke.tool == "arrow" else "a box"


def _sentence(error: ValidationError) -> str:
    """The first fault, with the place where it stands."""
    fault = error.errors(include_url=False, include_input=False)[0]
    if fault["type"] == "too_long" and not fault["loc"]:
        return f"The drawing has more than {MAX_STROKES} strokes. Take some of them away."
    place = fault["loc"]
    if not place or not isinstance(place[0], int):
        return "The drawing cannot be read. Clear it and draw again."
    where = ".".join(str(part) for part in place[1:])
    return f"Stroke {place[0] + 1} of the drawing is wrong{f' at {where}' if where else ''}: {fault['msg']}."
